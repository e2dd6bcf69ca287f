"""The closed vocabularies."""

from itertools import combinations_with_replacement

import pytest

from models import Action, Outcome, Reason, Role

ACTIONS = """login logout register password_change password_reset password_reset_request email_confirm
profile_change settings_change account_lock account_unlock account_disable account_enable account_close
role_change mfa_enable mfa_disable session_revoke not_me token_create token_revoke
log_view log_export log_purge
address_purge erase"""
REASONS = """unknown_user invalid_password invalid_code factor_missing account_disabled account_locked
rate_limited
username_in_use email_in_use password_rejected invalid_form registration_closed recording_unavailable
user_initiated expired revoked aborted"""


def test_the_words_are_those_that_others_rely_on() -> None:
    assert [*Action] == ACTIONS.split()
    assert [*Outcome] == ["success", "failure"]
    assert [*Reason] == REASONS.split()
    assert [*Role] == ["user", "viewer", "auditor", "admin"]


@pytest.mark.parametrize(("lower", "higher"), [*combinations_with_replacement(Role, 2)])
def test_a_role_includes_itself_and_those_before_it(lower: Role, higher: Role) -> None:
    assert higher.includes(lower)
    assert lower.includes(higher) == (lower is higher)
