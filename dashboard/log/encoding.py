"""The bytes of `dashboard.log.chain`'s encoding, built in the database's own SQL."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, LargeBinary, literal_column

from dashboard.log.chain import PERSON, PLACE, PUBLIC
from models import LoginLog
from models.database.dialect import DialectExpression
from models.database.types import Digest, Ip, Uid


@dataclass(frozen=True, slots=True)
class _Templates:
    """How a text is written, a binary value, either when it may be NULL, and all fields together."""

    text: str
    binary: str
    nullable: str
    joined: str
    between: str

    def bytes_of(self, names: tuple[str, ...]) -> ColumnElement[bytes]:
        """Return the expression of the encoded fields called so."""
        fields = self.between.join(map(self._field, names))
        return literal_column(self.joined.format(fields), LargeBinary())

    def _field(self, name: str) -> str:
        column = LoginLog.__table__.c[name]
        template = self.binary if isinstance(column.type, Uid | Ip | Digest) else self.text
        field = template.format(column)
        return self.nullable.format(column, field) if column.nullable else field


_MYSQL = _Templates(
    text="LENGTH({0}), ':', {0}",
    binary="2 * LENGTH({0}), ':', LOWER(HEX({0}))",
    nullable="IF({0} IS NULL, '-', CONCAT({1}))",
    joined="CAST(CONCAT({0}) AS BINARY)",
    between=", ",
)
_SQLITE = _Templates(
    text="length(CAST({0} AS BLOB)) || ':' || {0}",
    binary="(2 * length({0})) || ':' || lower(hex({0}))",
    nullable="ifnull({1}, '-')",
    joined="CAST({0} AS BLOB)",
    between=" || ",
)


def _encoded(names: tuple[str, ...]) -> ColumnElement[bytes]:
    return DialectExpression(mysql=_MYSQL.bytes_of(names), sqlite=_SQLITE.bytes_of(names))


#: An entry's encoded public fields, its fields of place and those of person.
PUBLIC_BYTES, PLACE_BYTES, PERSON_BYTES = _encoded(PUBLIC), _encoded(PLACE), _encoded(PERSON)
