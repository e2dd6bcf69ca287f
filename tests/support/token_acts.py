"""What is recorded of API tokens; see `tests.support.recording`."""

from datetime import timedelta
from uuid import uuid4

from sqlalchemy import select

from auth.events import Client
from dashboard.panel.tokens.acts import Wanted, make_token, revoke_token
from models import ApiToken, Scope, db
from tests.support.recording import Act, records, signed_in


@records("dashboard.panel.tokens.acts._make")
def a_new_token() -> Act:
    wanted = Wanted("a program", (Scope.ENTRIES_READ,), timedelta(days=7), uuid4())
    user = signed_in()
    return lambda: make_token(wanted, user, Client())


@records("dashboard.panel.tokens.acts._revoke")
def a_token_that_is_revoked() -> Act:
    user = signed_in()
    make_token(Wanted("a program", (), timedelta(days=7), None), user, Client())
    public_id = db.session.scalars(select(ApiToken.public_id)).one()
    return lambda: revoke_token(public_id, user, Client())
