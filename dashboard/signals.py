"""What the dashboard tells after the fact."""

from blinker import Namespace

_namespace = Namespace()

entry_recorded = _namespace.signal(
    "entry-recorded",
    doc="""An entry is in the log: sent after the commit, in order of commit.

Sent by the one dispatcher thread of the process that recorded it.

* sender: the Flask application;
* ``event_id``: the UUID of the entry.

A receiver that fails or hangs harms no sign-in; one that must not miss an entry follows the sealed log.
""",
)

person_erased = _namespace.signal(
    "person-erased",
    doc="""A person was erased: sent once the last of their entries is blank.

Sent by the process that did it; others learn it from the ``erase`` entries of the log.

* sender: the Flask application;
* ``user_id``: whose account it was.
""",
)
