"""What the dashboard tells after the fact."""

from blinker import Namespace

_namespace = Namespace()

#: An entry is in the book: sent after the commit, in order of commit, by one thread of
#: the process that recorded it. Sender: the Flask application; ``event_id``: its UUID.
#: A receiver that fails or hangs harms no sign-in; one that must not miss an entry
#: follows the sealed stream instead.
entry_recorded = _namespace.signal("entry-recorded")

#: A person was erased: sent once the last of their entries is blank, by the process that
#: did it. Sender: the Flask application; ``user_id``: whose account it was. Other processes
#: learn it from the ``erase`` entries of the stream.
person_erased = _namespace.signal("person-erased")
