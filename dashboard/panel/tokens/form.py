"""The form that makes a token."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import SelectField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import DataRequired, InputRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from auth.pages.forms import OnceField, printable, strip
from models import Scope

#: Characters of a token's name.
MAX_TOKEN_NAME = 64
SCOPES = [SelectChoice(Scope.ENTRIES_READ, _l("Read all entries"))]
#: Days that a token may last; the longest is `auth.tokens.holder.LONGEST_LIFE`.
LIVES = [
    SelectChoice("7", _l("after 7 days")),
    SelectChoice("30", _l("after 30 days")),
    SelectChoice("90", _l("after 90 days")),
    SelectChoice("365", _l("after a year")),
]


def _each_known_once(chosen: list[str] | None) -> list[str]:
    """Return what was chosen, each once, and no more than tells that something is wrong with it."""
    return [name[:32] for name in dict.fromkeys(chosen or [])][: len(SCOPES) + 1]


class TokenForm(FlaskForm):
    """Make a token: what for, what it may do, when it ends."""

    name = StringField(
        _l("What it is for"),
        [
            DataRequired(_l("Say which program it is for.")),
            Length(max=MAX_TOKEN_NAME, message=_l("At most 64 characters.")),
            printable,
        ],
        filters=[strip],
    )
    scopes = SelectMultipleField(
        _l("What it may do"),
        [InputRequired(_l("Choose what it may do."))],
        choices=SCOPES,
        default=[str(Scope.ENTRIES_READ)],
        filters=[_each_known_once],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    ends = SelectField(_l("Ends"), choices=LIVES, default="90")
    once = OnceField()
