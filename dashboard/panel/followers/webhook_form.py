"""The form that sets a webhook up."""

from flask import current_app
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Field, SelectField, StringField, ValidationError
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import InputRequired, Length

from auth.pages.forms import OnceField, printable, strip
from auth.policy import Unfit
from dashboard.followers.webhooks.manage import WantedWebhook
from dashboard.followers.webhooks.outbox import selection_for
from dashboard.followers.webhooks.sending.target import fit_target
from dashboard.query.language.errors import QueryError
from models.clock import now

#: Characters of a webhook's name.
MAX_WEBHOOK_NAME = 64
WEBHOOK_BODIES = [
    SelectChoice("json", _l("A row as exports have it (JSON)")),
    SelectChoice("ocsf", _l("An OCSF event")),
]


class WebhookForm(FlaskForm):
    """Set a webhook up: what for, where to, which entries, in which form."""

    name = StringField(
        _l("Name"),
        [
            InputRequired(_l("Give it a name that says what it is for.")),
            Length(max=MAX_WEBHOOK_NAME, message=_l("At most 64 characters.")),
            printable,
        ],
        filters=[strip],
    )
    url = StringField(_l("Address"), [InputRequired(_l("Enter where to send to."))], filters=[strip])
    query = StringField(_l("Which entries"), filters=[strip])
    format = SelectField(_l("What is sent"), choices=WEBHOOK_BODIES, default="json")
    once = OnceField()

    def validate_url(self, field: Field) -> None:
        """Refuse what is no address, or one that webhooks may not go to."""
        try:
            fit_target(field.data or "", private=bool(current_app.config["WEBHOOK_ALLOW_PRIVATE"]))
        except Unfit as error:
            raise ValidationError(_(error.message)) from None

    def validate_query(self, field: Field) -> None:
        """Refuse what the query language refuses, in its words; a form without the field is none."""
        if not field.raw_data:
            raise ValidationError(_("Say which entries, or leave this empty for all."))
        try:
            selection_for(field.data or "", now())
        except QueryError as error:
            raise ValidationError(_(error.message, **error.values)) from None

    def wanted(self) -> WantedWebhook:
        """Return what was asked for; the form was checked."""
        return WantedWebhook(
            self.name.data or "", self.url.data or "", self.query.data or "", self.format.data
        )
