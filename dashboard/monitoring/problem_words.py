"""Says what is wrong, to operators and monitoring; in plain English, since logs are searched."""

from dashboard.log.backlog import MAX_COUNTED
from dashboard.monitoring.problems import Problem, ProblemKind


def problem_sentence(problem: Problem) -> str:
    """Return what is wrong, in one line."""
    since, number = rough_duration(problem.seconds or 0), many(problem.count)
    match problem.kind:
        case ProblemKind.UNREADABLE:
            return f"cannot be read: {problem.what}"
        case ProblemKind.UNWRITABLE:
            last = "nothing was written yet" if problem.seconds is None else f"last written {since} ago"
            return f"cannot be written: {problem.what}; {last}"
        case ProblemKind.UNSEALED:
            return f"{number} not sealed, the oldest waits for {since}"
        case ProblemKind.SPOOLED:
            return f"{number} refused attempts not in the log yet, the oldest waits for {since}"
        case ProblemKind.FOREIGN:
            return f"{number} rows were moved out of the log, as no Gatehouse with this SECRET_KEY wrote them"
        case ProblemKind.UNREADABLE_ADDRESS:
            return f"addresses of clients cannot be read, such as {problem.what}: check X-Forwarded-For"
        case ProblemKind.FAILING:
            return (
                f"failing for {since}, {number} times: {problem.what} (its traceback is in the server's log)"
            )
        case ProblemKind.STUCK:
            return f"stuck for {since} {problem.what}".rstrip()
        case ProblemKind.DEAD:
            return "ended and does no more: restart the server"


def rough_duration(seconds: float) -> str:
    """Return a length of time in its largest fitting unit: "75 s", "12 min", "30 h", "5 d"."""
    for unit, length, least in (("d", 86400, 3), ("h", 3600, 3), ("min", 60, 3)):
        if seconds >= length * least:
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds:.0f} s"


def many(count: int) -> str:
    """Return a count of what is counted up to ``MAX_COUNTED`` and no further."""
    return f"{MAX_COUNTED:,} or more" if count == MAX_COUNTED else f"{count:,}"
