"""Whether the log agrees with its newest checkpoint, for ``doctor``."""

from dashboard.cli.checks import Bad
from dashboard.config.settings import Settings
from dashboard.proof.checkpoint.key import NoKey
from dashboard.proof.checkpoint.pin import BadPin
from dashboard.proof.checkpoint.store import Store, Unsigned
from dashboard.proof.verify.faults import Broken
from dashboard.proof.verify.verify import Unfinished, verify


def check_newest(settings: Settings) -> str:
    """Verify what came since the newest checkpoint, and say of when that is; raises ``Bad``."""
    store = Store.of(settings)
    try:
        standing, history = store.present()
        store.check_newest(history)
        store.check_pin(standing, history)
        if history.last is None:
            return "none yet: a running server takes one"
        store.own_key(history)
        verify(standing, history, lambda _: None, since=history.last)
    except (Broken, BadPin, NoKey, Unsigned, Unfinished) as error:
        raise Bad(f"{error}: run `manage.py verify`") from None
    return f"{history.last.time:%F %T} UTC over {history.last.size:,} entries, and what came since is ours"
