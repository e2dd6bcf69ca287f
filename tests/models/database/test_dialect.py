"""One expression, written as each database has it, and cached like any other."""

from flask import Flask
from sqlalchemy import Integer, literal, literal_column, select

from models import db
from models.database.dialect import DialectExpression


def of(number: int) -> DialectExpression[int]:
    """Return who answers, and a number that is passed along."""
    mysql = literal_column("1", Integer()) * literal(number)
    return DialectExpression(mysql=mysql, sqlite=literal_column("2", Integer()) * literal(number))


def test_each_database_is_told_its_own(app: Flask) -> None:
    factor = 2 if db.engine.dialect.name == "sqlite" else 1
    assert db.session.scalar(select(of(7))) == 7 * factor
    assert db.session.scalar(select(of(8) + 1)) == 8 * factor + 1  # the same statement with another value


def test_statements_with_one_are_compiled_once(app: Flask) -> None:
    keys = {select(of(number))._generate_cache_key().key for number in (1, 2)}  # type: ignore[union-attr]
    assert len(keys) == 1
