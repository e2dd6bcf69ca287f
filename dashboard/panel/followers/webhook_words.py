"""How deliveries stand, in the viewer's language."""

from flask_babel import lazy_gettext as _l

from models import DeliveryState

STATES = {
    DeliveryState.WAITING: _l("waiting"),
    DeliveryState.DELIVERED: _l("delivered"),
    DeliveryState.FAILED: _l("failed"),
    DeliveryState.GIVEN_UP: _l("given up"),
}
