"""The forms of the auth pages; their errors stand at the fields."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID, uuid4

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    Field,
    HiddenField,
    PasswordField,
    SelectField,
    SelectMultipleField,
    StringField,
    ValidationError,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import EqualTo, InputRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from auth.pages import once
from auth.policy import MAX_EMAIL, Unfit, fit_chosen_name, fit_email, fit_length, fit_password, fit_to_hash
from models.zones import zone_names

GENDERS = [
    SelectChoice("", _l("Prefer not to say")),
    SelectChoice("female", _l("Female")),
    SelectChoice("male", _l("Male")),
    SelectChoice("other", _l("Other")),
]
HOBBIES = [
    SelectChoice("reading", _l("Reading")),
    SelectChoice("music", _l("Music")),
    SelectChoice("sports", _l("Sports")),
    SelectChoice("travel", _l("Travel")),
    SelectChoice("cooking", _l("Cooking")),
    SelectChoice("games", _l("Games")),
]


def strip(text: str | None) -> str:
    """Return ``text`` without the spaces around it that copying brings along."""
    return (text or "").strip()


def each_once(chosen: list[str] | None) -> list[str]:
    """Return what was chosen, each once, and no more than tells that something is wrong with it."""
    return [name[:32] for name in dict.fromkeys(chosen or [])][: len(HOBBIES) + 1]


def fit(check: Callable[[str], str]) -> Callable[[FlaskForm, Field], None]:
    """Return a validator that keeps what ``check`` makes of a field, or says why it is ``Unfit``."""

    def validate(_form: FlaskForm, field: Field) -> None:
        try:
            field.data = check(field.data or "")
        except Unfit as error:
            raise ValidationError(_(error.message)) from None

    return validate


def printable(_form: FlaskForm, field: Field) -> None:
    """Refuse control characters, NUL among them."""
    if any(ord(char) < 32 or ord(char) == 127 for char in field.data or ""):
        raise ValidationError(_("Control characters are not allowed here."))


class OnceField(HiddenField):
    """A signed key of the form as it was shown: sent twice, what it began is one (`auth.pages.once`)."""

    def _value(self) -> str:
        return once.sign(self.key or uuid4())

    @property
    def key(self) -> UUID | None:
        """The key, None when the form was sent without one or it is not ours."""
        return once.read(self.data)


class LoginForm(FlaskForm):
    """Sign in; ``username`` is a user name or an e-mail address."""

    username = StringField(
        _l("User name or e-mail"), [InputRequired(_l("Enter your user name.")), Length(max=MAX_EMAIL)]
    )
    password = PasswordField(_l("Password"), [InputRequired(_l("Enter your password.")), fit(fit_to_hash)])
    remember = BooleanField(_l("Keep me signed in for 30 days"))
    next = HiddenField()
    once = OnceField()


class RegisterForm(FlaskForm):
    """Make an account; gender, city and hobbies are optional."""

    username = StringField(
        _l("User name"), [InputRequired(_l("Choose a user name.")), fit(fit_chosen_name)], filters=[strip]
    )
    email = StringField(
        _l("E-mail"), [InputRequired(_l("Enter your e-mail address.")), fit(fit_email)], filters=[strip]
    )
    password = PasswordField(_l("Password"), [InputRequired(_l("Choose a password.")), fit(fit_length)])
    confirm = PasswordField(
        _l("Password again"),
        [InputRequired(_l("Repeat the password.")), EqualTo("password", _l("The passwords differ."))],
    )
    gender = SelectField(_l("Gender"), choices=GENDERS, default="")
    city = StringField(_l("City"), [Length(max=100), printable], filters=[strip])
    hobbies = SelectMultipleField(
        _l("Hobbies"),
        choices=HOBBIES,
        filters=[each_once],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    next = HiddenField()
    once = OnceField()

    def validate(self, extra_validators: Mapping[str, Sequence[Any]] | None = None) -> bool:
        """Check every field; the password's strength, which costs most, only when all else holds."""
        return super().validate(extra_validators) and self._is_strong()

    def _is_strong(self) -> bool:
        try:
            fit_password(self.password.data or "", self.username.data, self.email.data)
        except Unfit as error:
            self.password.errors = [_(error.message)]
        return not self.password.errors


class ProfileForm(FlaskForm):
    """What people set for themselves; no zone means the browser's."""

    timezone = StringField(_l("Time zone"), filters=[strip])

    def validate_timezone(self, field: Field) -> None:
        """Refuse what names no zone, and a form without the field."""
        if not field.raw_data or field.data not in {"", *zone_names()}:
            raise ValidationError(_("Choose a time zone such as Europe/Berlin, or leave this empty."))
