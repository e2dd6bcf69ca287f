"""Which database an address means, whatever its account."""

from pathlib import Path

from sqlalchemy import make_url

_HERE = {"localhost", "::1", ""}


def location(address: str) -> str:
    """Return what stays of a database address when account, password or options change.

    That is the server, its port and the database's name, or the file. No secret is in it.
    """
    url = make_url(address)
    if url.get_backend_name() == "sqlite":
        file = Path(url.database or "")
        return f"sqlite:///{file.resolve() if file.is_absolute() else file}"
    host = (url.host or "").lower()
    server = url.query.get("unix_socket") or f"{'127.0.0.1' if host in _HERE else host}:{url.port or 3306}"
    return f"mariadb://{server}/{url.database}"
