"""What people do: sign in and out, mistype, join; what strangers try; what staff does."""

import json
from collections.abc import Callable, Mapping
from functools import partial
from random import Random
from uuid import UUID

from dashboard.cli.seeding.people import SeedPerson, Who
from dashboard.cli.seeding.places import SeedClient, place
from dashboard.cli.seeding.rows import Pen, SeedEntry
from dashboard.cli.seeding.timeline import HOUR_MICROSECONDS, SECOND
from dashboard.log.recorder import name_ref
from models import Action, Outcome, Reason, Role
from models.names import masked, username_key

#: Something that can happen at a moment; returns its entry.
Act = Callable[[int], SeedEntry]

PASSWORD = "password"  # noqa: S105 - the name of a method
GUESSES = (
    "admin",
    "root",
    "test",
    "guest",
    "info",
    "oracle",
    "postgres",
    "support",
    "backup",
    "dev",
    "sales",
)
QUERIES = ("", "outcome:failure", "action:login since:7d")


def what(
    action: Action, reason: Reason | None = None, outcome: Outcome | None = None
) -> tuple[str, str, str | None]:
    """Return the columns action, outcome and reason; a reason alone means failure."""
    outcome = outcome or (Outcome.FAILURE if reason else Outcome.SUCCESS)
    return action.value, outcome.value, reason and reason.value


SIGNED_IN = what(Action.LOGIN)
SIGNED_OUT = what(Action.LOGOUT, Reason.USER_INITIATED, Outcome.SUCCESS)
WRONG_PASSWORD = what(Action.LOGIN, Reason.INVALID_PASSWORD)
UNKNOWN = what(Action.LOGIN, Reason.UNKNOWN_USER)
SLOWED_DOWN = what(Action.LOGIN, Reason.RATE_LIMITED)
JOINED = what(Action.REGISTER)
REFUSALS = [
    what(Action.REGISTER, reason)
    for reason in (Reason.USERNAME_IN_USE, Reason.PASSWORD_REJECTED, Reason.INVALID_FORM)
]


class Acts:
    """Everything that can happen among ``people``; ``later`` takes what will follow from it."""

    def __init__(
        self, people: list[SeedPerson], pen: Pen, rng: Random, later: Callable[[int, Act], None]
    ) -> None:
        self._people, self._pen, self._rng, self._later = people, pen, rng, later
        self._known: dict[int | None, set[SeedClient]] = {}
        self._admins = [person for person in people if person.role is Role.ADMIN]
        self._readers = [person for person in people if person.role.includes(Role.AUDITOR)]
        self._strangers = [
            _stranger(name) for name in (*GUESSES, *(f"{person.who[1]}1" for person in people[:50]))
        ]

    def repertoire(self) -> list[tuple[int, Act]]:
        """Return what happens of itself, and how often in a thousand."""
        acts: list[tuple[int, Act]] = [
            (820, self._sign_in),
            (130, self._mistype),
            (25, self._be_unknown),
            (10, self._change_password),
            (8, self._fail_to_join),
        ]
        return acts + [(2, self._export)] * bool(self._readers) + [(2, self._disable)] * bool(self._admins)

    def join(self, person: SeedPerson, when: int) -> SeedEntry:
        """Register an account; its owner signs in from now on."""
        self._people.append(person)
        self._later(when + 20 * SECOND, partial(self._enter, person, person.places[0]))
        return self._pen.entry(when, JOINED, person.who, person.places[0])

    def guess(self, attacker: SeedClient, when: int) -> SeedEntry:
        """Try a common password for some name; after a while the throttle answers."""
        known = self._rng.random() < 0.4
        who = self._rng.choice(self._people).who if known else self._rng.choice(self._strangers)
        slowed = self._rng.random() < 0.3
        refusal = SLOWED_DOWN if slowed else WRONG_PASSWORD if known else UNKNOWN
        return self._pen.entry(when, refusal, who, attacker, method=PASSWORD)

    def _sign_in(self, when: int) -> SeedEntry:
        return self._enter(*self._somebody(), when)

    def _enter(self, person: SeedPerson, at: SeedClient, when: int) -> SeedEntry:
        """Sign in; one in three signs out again, the others just leave."""
        session = self._pen.session_ref()
        if self._rng.random() < 0.35:
            stay = int(self._rng.expovariate(1 / (2 * HOUR_MICROSECONDS))) + 30 * SECOND
            self._later(when + stay, partial(self._leave, person, at, session))
        is_new = self._is_new(person, at)
        return self._pen.entry(
            when, SIGNED_IN, person.who, at, session=session, method=PASSWORD, new_device=is_new
        )

    def _is_new(self, person: SeedPerson, at: SeedClient) -> int:
        """Return whether the account was never signed in to from there, 0 or 1; the first time is not new."""
        known = self._known.setdefault(person.who[0], {at})
        is_new = at not in known
        known.add(at)
        return int(is_new)

    def _leave(self, person: SeedPerson, at: SeedClient, session: bytes, when: int) -> SeedEntry:
        return self._pen.entry(when, SIGNED_OUT, person.who, at, session=session)

    def _mistype(self, when: int) -> SeedEntry:
        """Enter a wrong password; most try again soon."""
        person, at = self._somebody()
        if self._rng.random() < 0.8:
            pause = self._rng.randrange(4 * SECOND, 60 * SECOND)
            self._later(when + pause, partial(self._enter, person, at))
        return self._pen.entry(when, WRONG_PASSWORD, person.who, at, method=PASSWORD)

    def _be_unknown(self, when: int) -> SeedEntry:
        return self._pen.entry(
            when, UNKNOWN, self._rng.choice(self._strangers), place(self._rng), method=PASSWORD
        )

    def _fail_to_join(self, when: int) -> SeedEntry:
        refusal = self._rng.choice(REFUSALS)
        taken = refusal[2] == Reason.USERNAME_IN_USE
        who = self._somebody()[0].who if taken else self._rng.choice(self._strangers)
        return self._pen.entry(when, refusal, who, place(self._rng))

    def _change_password(self, when: int) -> SeedEntry:
        person, at = self._somebody()
        return self._pen.entry(when, what(Action.PASSWORD_CHANGE), person.who, at)

    def _export(self, when: int) -> SeedEntry:
        """Begin an export; its second entry says how many rows it had."""
        reader = self._rng.choice(self._readers)
        order = {
            "export_id": str(UUID(bytes=self._pen.session_ref())),
            "format": "csv",
            "q": self._rng.choice(QUERIES),
        }
        end = order | {"stage": "end", "rows": self._rng.randrange(1, 5000)}
        self._later(when + 2 * SECOND, partial(self._exported, reader, end))
        return self._exported(reader, order | {"stage": "start"}, when)

    def _exported(self, reader: SeedPerson, detail: Mapping[str, object], when: int) -> SeedEntry:
        text = json.dumps(detail, sort_keys=True, separators=(",", ":"))
        return self._pen.entry(when, what(Action.LOG_EXPORT), reader.who, reader.places[0], detail=text)

    def _disable(self, when: int) -> SeedEntry:
        """Have an admin disable somebody, and enable them the next day or so."""
        admin, (person, _) = self._rng.choice(self._admins), self._somebody()
        later = when + self._rng.randrange(4 * HOUR_MICROSECONDS, 40 * HOUR_MICROSECONDS)
        self._later(later, partial(self._manage, admin, person, Action.ACCOUNT_ENABLE))
        return self._manage(admin, person, Action.ACCOUNT_DISABLE, when)

    def _manage(self, admin: SeedPerson, person: SeedPerson, action: Action, when: int) -> SeedEntry:
        actor = (admin.who[0], admin.who[1])
        return self._pen.entry(when, what(action), person.who, admin.places[0], actor=actor)

    def _somebody(self) -> tuple[SeedPerson, SeedClient]:
        """Pick a person, the k-th with a chance of about 1/(k + 5) (Zipf), mostly at their usual place."""
        rank = 5 * ((len(self._people) + 5) / 5) ** self._rng.random() - 5
        person = self._people[int(rank)]
        usual = self._rng.random() < 0.8
        return person, person.places[0] if usual else self._rng.choice(person.places)


def _stranger(name: str) -> Who:
    """Return the name columns of somebody without an account."""
    return None, masked(name), None, name_ref(username_key(name))
