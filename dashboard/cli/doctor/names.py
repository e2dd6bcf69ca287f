"""Accounts of earlier versions whose names cannot be told from others, for ``doctor``."""

from sqlalchemy import select

from dashboard.cli.checks import Bad
from models import User, db
from models.names import username_key

#: Accounts that are named.
NAMED = 5


def check_names() -> str:
    """Raise ``Bad`` with the accounts whose key is another's, as what tells them apart cannot be seen."""
    accounts = db.session.execute(select(User.id, User.username, User.username_key).order_by(User.id))
    alike = [f"{name} (account {number})" for number, name, key in accounts if username_key(name) != key]
    if alike:
        more = f" and {len(alike) - NAMED:,} more" if len(alike) > NAMED else ""
        told = f"{', '.join(map(ascii, alike[:NAMED]))}{more}"
        raise Bad(f"names that cannot be told from others: {told}; erase-user forgets one")
    return "no two look the same"
