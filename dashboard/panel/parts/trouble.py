"""Says on a page what is wrong with the log, in the viewer's language."""

from typing import NamedTuple

from flask import current_app, url_for
from flask_babel import gettext as _

from dashboard.followers.follow import consequences
from dashboard.monitoring.problem_words import many
from dashboard.monitoring.problems import Problem, ProblemKind, glance
from dashboard.panel.parts.lengths import length_in_words

#: Tasks besides the followers of which their page tells more.
AT_FOLLOWERS = frozenset({"letters", "webhooks", "deliveries"})


class ToldTrouble(NamedTuple):
    """Something that is wrong, in a sentence, and the page that tells more, if there is one."""

    says: str
    page: str | None


def troubles() -> list[ToldTrouble]:
    """Return each thing that is wrong; usually none."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    followers = AT_FOLLOWERS | consequences(app).keys()
    page = url_for("followers.index")
    return [
        ToldTrouble(_sentence(problem), page if problem.check in followers else None)
        for problem in glance(app)
    ]


def _sentence(problem: Problem) -> str:
    values = {"name": problem.check, "n": many(problem.count), "time": length_in_words(problem.seconds or 0)}
    match problem.kind:
        case ProblemKind.UNWRITABLE:
            return _("The database takes no entries: nobody can sign in or register.")
        case ProblemKind.UNREADABLE:
            return _("The file of attempts that were not recorded cannot be read.")
        case ProblemKind.UNSEALED:
            return _("Entries that are not sealed: %(n)s, the oldest for %(time)s.", **values)
        case ProblemKind.SPOOLED:
            return _("Attempts that are not in the book yet: %(n)s, the oldest for %(time)s.", **values)
        case ProblemKind.FOREIGN:
            return _("%(n)s rows were moved out of the log: they were not recorded here.", **values)
        case ProblemKind.UNREADABLE_ADDRESS:
            return _("The proxy tells addresses that cannot be read, such as %(what)s.", what=problem.what)
        case ProblemKind.FAILING:
            return _("The task “%(name)s” has been failing for %(time)s.", **values)
        case ProblemKind.STUCK:
            return _("The task “%(name)s” has been stuck for %(time)s.", **values)
        case ProblemKind.DEAD:
            return _("The task “%(name)s” has ended: restart the server.", **values)
