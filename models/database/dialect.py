"""Expressions that the databases write differently, as one: statements need not know who will run them."""

from typing import Any, TypeVar

from sqlalchemy import ColumnElement
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.visitors import InternalTraversal

T = TypeVar("T")


class DialectExpression(ColumnElement[T]):
    """``mysql`` is what MariaDB and MySQL are told, ``sqlite`` what SQLite is told; both mean the same."""

    __visit_name__ = "dialect_expression"
    inherit_cache = True
    _traverse_internals = [  # noqa: RUF012 - as SQLAlchemy has it
        ("mysql", InternalTraversal.dp_clauseelement),
        ("sqlite", InternalTraversal.dp_clauseelement),
    ]

    def __init__(self, *, mysql: ColumnElement[T], sqlite: ColumnElement[T]) -> None:
        self.mysql, self.sqlite, self.type = mysql, sqlite, mysql.type

    @property
    def _from_objects(self) -> Any:
        return self.mysql._from_objects


@compiles(DialectExpression)
def _on_mysql(element: DialectExpression[Any], compiler: SQLCompiler, **options: Any) -> str:
    return compiler.process(element.mysql.self_group(), **options)


@compiles(DialectExpression, "sqlite")
def _on_sqlite(element: DialectExpression[Any], compiler: SQLCompiler, **options: Any) -> str:
    return compiler.process(element.sqlite.self_group(), **options)
