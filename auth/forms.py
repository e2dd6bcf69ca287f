"""The forms of the auth pages; their errors stand at the fields."""

from email_validator import EmailNotValidError, validate_email
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

from auth.passwords import MIN_LENGTH, is_common, is_too_long
from models.names import is_username, username_key
from models.zones import zone_names

MAX_EMAIL = 254
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


def short_enough(_form: FlaskForm, field: Field) -> None:
    """Refuse more than 1 KiB of password before any hashing."""
    if is_too_long(field.data or ""):
        raise ValidationError(_("A password has at most 1,024 bytes."))


def printable(_form: FlaskForm, field: Field) -> None:
    """Refuse control characters, NUL among them."""
    if any(ord(char) < 32 or ord(char) == 127 for char in field.data or ""):
        raise ValidationError(_("Control characters are not allowed here."))


class LoginForm(FlaskForm):
    """Sign in; ``username`` is a user name or an e-mail address."""

    username = StringField(
        _l("User name or e-mail"), [InputRequired(_l("Enter your user name.")), Length(max=MAX_EMAIL)]
    )
    password = PasswordField(_l("Password"), [InputRequired(_l("Enter your password.")), short_enough])
    remember = BooleanField(_l("Keep me signed in for 30 days"))
    next = HiddenField()


class RegisterForm(FlaskForm):
    """Make an account; gender, city and hobbies are optional."""

    username = StringField(_l("User name"), [InputRequired(_l("Choose a user name."))], filters=[strip])
    email = StringField(
        _l("E-mail"),
        [InputRequired(_l("Enter your e-mail address.")), Length(max=MAX_EMAIL)],
        filters=[strip],
    )
    password = PasswordField(_l("Password"), [InputRequired(_l("Choose a password.")), short_enough])
    confirm = PasswordField(
        _l("Password again"),
        [InputRequired(_l("Repeat the password.")), EqualTo("password", _l("The passwords differ."))],
    )
    gender = SelectField(_l("Gender"), choices=GENDERS, default="")
    city = StringField(_l("City"), [Length(max=100), printable], filters=[strip])
    hobbies = SelectMultipleField(
        _l("Hobbies"), choices=HOBBIES, widget=ListWidget(prefix_label=False), option_widget=CheckboxInput()
    )

    def validate_username(self, field: Field) -> None:
        """Refuse what cannot be a user name."""
        if not is_username(field.data):
            raise ValidationError(_("Use 2 to 64 letters, digits, dots, underscores or hyphens."))

    def validate_email(self, field: Field) -> None:
        """Normalise the address, or refuse it."""
        try:
            field.data = _address(field.data)
        except EmailNotValidError:
            raise ValidationError(_("This is not an e-mail address.")) from None

    def validate_password(self, field: Field) -> None:
        """Refuse short and common passwords (ASVS 6.2.1, 6.2.4)."""
        if len(field.data) < MIN_LENGTH:
            raise ValidationError(_("Use at least 8 characters."))
        if is_common(field.data):
            raise ValidationError(_("This password is too common. Choose another."))


class ProfileForm(FlaskForm):
    """What people set for themselves; no zone means the browser's."""

    timezone = StringField(_l("Time zone"), filters=[strip])

    def validate_timezone(self, field: Field) -> None:
        """Refuse what names no zone, and a form without the field."""
        if not field.raw_data or field.data not in {"", *zone_names()}:
            raise ValidationError(_("Choose a time zone such as Europe/Berlin, or leave this empty."))


def _address(text: str) -> str:
    """Return an address in its normal form; intranet domains are fine.

    Raises ``EmailNotValidError``, also for one whose key outgrows its column.
    """
    address = validate_email(text, check_deliverability=False, globally_deliverable=False).normalized
    if len(username_key(address)) > MAX_EMAIL:
        raise EmailNotValidError("too long in its compatible form")
    return address
