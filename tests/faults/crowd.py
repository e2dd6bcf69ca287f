"""People who sign in, or try to, and what they were told."""

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import requests

from tests.support.actions import PASSWORD
from tests.support.waiting import DEADLINE, wait_until

PEOPLE = [f"person-{number:02}" for number in range(40)]
ONLOOKER = "onlooker"
AUDITOR = "auditor"
#: Those who watch; each has a few seats, as nobody gets many.
WATCHERS = [f"watcher-{number:02}" for number in range(80)]
SEATS_EACH = 4
#: Mostly right passwords, some wrong ones, some names that nobody has.
KINDS = ("right", "right", "right", "wrong", "unknown")


@dataclass
class Attempt:
    """One try to sign in; ``agent`` finds it in the book, ``status`` is None when the line went dead."""

    kind: str
    number: int
    status: int | None = None

    @property
    def agent(self) -> str:
        """The attempt's own User-Agent."""
        return f"attempt/{self.number}"

    @property
    def address(self) -> str:
        """An address that makes no more attempts than the throttle allows."""
        return f"10.{self.number // 65536 % 256}.{self.number // 256 % 256}.{self.number % 256}"

    @property
    def form(self) -> dict[str, str]:
        """What is typed."""
        name = f"nobody-{self.number}" if self.kind == "unknown" else PEOPLE[self.number % len(PEOPLE)]
        return {"username": name, "password": PASSWORD if self.kind == "right" else "not my password"}


class Rush:
    """Attempts under way."""

    def __init__(self, tries: "list[Future[None]]") -> None:
        self._tries = tries

    def answered(self) -> int:
        """Return how many attempts have ended."""
        return sum(one.done() for one in self._tries)

    def go_on(self, more: int) -> None:
        """Wait until ``more`` attempts have ended."""
        wanted = min(self.answered() + more, len(self._tries))
        wait_until(lambda: self.answered() >= wanted, f"{more} more attempts were answered")


class Crowd:
    """Signs in from many addresses, several at once."""

    def __init__(self, url: str, rng: random.Random) -> None:
        self._url, self._rng = url, rng
        self.attempts: list[Attempt] = []
        page = requests.get(f"{url}/login", timeout=DEADLINE)
        self._token = _token(page)
        self._cookies = page.cookies.get_dict()

    @contextmanager
    def busy(
        self, number: int, *, before: int | None = None, at_once: int = 12, kinds: Sequence[str] = KINDS
    ) -> Iterator[Rush]:
        """Have ``number`` attempts made; the block begins after ``before`` of them, and ends with them."""
        made = [Attempt(self._rng.choice(kinds), len(self.attempts) + one) for one in range(number)]
        self.attempts += made
        with ThreadPoolExecutor(at_once) as pool:
            rush = Rush([pool.submit(self._try, attempt) for attempt in made])
            rush.go_on(self._rng.randrange(number // 2) if before is None else before)
            yield rush

    def sign_in(self, kind: str) -> requests.Response:
        """Make one attempt and return the answer."""
        attempt = Attempt(kind, len(self.attempts))
        self.attempts.append(attempt)
        answer = self._ask(attempt)
        attempt.status = answer.status_code
        return answer

    def cookie_of(self, name: str) -> str:
        """Sign somebody in, besides the attempts, and return their cookie; an outage may just be over."""
        answers = [self._post({"username": name, "password": PASSWORD})]

        def is_in() -> bool:
            if answers[-1].status_code == 503:
                answers.append(self._post({"username": name, "password": PASSWORD}))
            return answers[-1].status_code != 503

        wait_until(is_in, f"{name} is answered")
        assert answers[-1].status_code == 302
        return _cookie(answers[-1])

    def cookie_and_token_of(self, name: str, page: str) -> tuple[str, str]:
        """Sign somebody in, besides the attempts; return their cookie and the CSRF token of a page."""
        cookie = self.cookie_of(name)
        answer = requests.get(f"{self._url}{page}", headers={"Cookie": cookie}, timeout=DEADLINE)
        return _cookie(answer) or cookie, _token(answer)

    def told(self, begin: int = 0) -> Counter[int | None]:
        """Return how many attempts, from number ``begin`` on, got which status."""
        return Counter(attempt.status for attempt in self.attempts[begin:])

    def _try(self, attempt: Attempt) -> None:
        with suppress(requests.RequestException):
            attempt.status = self._ask(attempt).status_code

    def _ask(self, attempt: Attempt) -> requests.Response:
        return self._post(attempt.form, {"User-Agent": attempt.agent, "X-Forwarded-For": attempt.address})

    def _post(self, form: dict[str, str], headers: dict[str, str] | None = None) -> requests.Response:
        return requests.post(
            f"{self._url}/login",
            data=form | {"csrf_token": self._token},
            headers=headers,
            cookies=self._cookies,
            allow_redirects=False,
            timeout=DEADLINE,
        )


def _token(page: requests.Response) -> str:
    return page.text.split('name="csrf_token"', 1)[1].split('value="', 1)[1].split('"', 1)[0]


def _cookie(answer: requests.Response) -> str:
    return "; ".join(f"{key}={value}" for key, value in answer.cookies.items())
