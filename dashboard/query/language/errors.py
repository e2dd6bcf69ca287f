"""How a query is refused."""


class QueryError(ValueError):
    """Something asked of the book that cannot be understood.

    ``message`` is an English gettext template and ``values`` its placeholders (extract with
    ``-k QueryError``); ``field`` is the input at fault, ``position`` the index in ``q``
    where the offending filter begins.
    """

    def __init__(self, message: str, *, field: str = "q", position: int | None = None, **values: str) -> None:
        super().__init__(message)
        self.message, self.field, self.position, self.values = message, field, position, values

    def __str__(self) -> str:
        return self.message % self.values if self.values else self.message


def shown(text: str, longest: int = 40) -> str:
    """Return ``text`` short enough for a message."""
    return text if len(text) <= longest else f"{text[:longest]}…"
