"""``simulate``: real sign-ins, so that there is something to watch."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from random import Random

import click
import requests

from dashboard.cli.demo.visitors import Account, Door, NoForm
from dashboard.cli.seeding.acts import GUESSES
from dashboard.config.settings import load_settings

PEOPLE = 6
#: Attempts under way at once.
BROWSERS = 16
#: The share of attempts that people make from another device and place than their own.
ELSEWHERE = 0.05
OUTCOMES = {302: "signed in", 401: "turned away", 429: "slowed down", 503: "found it busy"}


@click.command()
@click.option(
    "--rate", type=click.FloatRange(0.01, 500), default=2, show_default=True, help="Sign-ins a second."
)
@click.option(
    "--seconds", type=click.IntRange(0), default=60, show_default=True, help="How long; 0 is until Ctrl-C."
)
@click.option("--url", help="Where the server is (default: from the settings).")
@click.option("--forwarded", is_flag=True, help="Send addresses as a proxy does; the server must trust one.")
def simulate(rate: float, seconds: int, url: str | None, forwarded: bool) -> None:
    """Sign in and out at a running server, sometimes with a wrong password or an unknown name."""
    door, rng = Door(url or load_settings().address, forwarded=forwarded), Random()  # noqa: S311 - nothing secret
    door.check()
    people = door.enrol(PEOPLE, rng)
    counts: Counter[str] = Counter()
    began = time.monotonic()
    with suppress(KeyboardInterrupt):
        _run(lambda: _attempt(door, people, rng), _pauses(rate, seconds, rng), counts)
    told = ", ".join(f"{counts[name]} {name}" for name in (*OUTCOMES.values(), "failed"))
    click.echo(f"{counts.total()} sign-ins in {time.monotonic() - began:.0f} s: {told}")


def _run(attempt: Callable[[], str], pauses: Iterator[float], counts: Counter[str]) -> None:
    """Begin an attempt after each pause, whether or not the last one has ended."""

    def count(done: Future[str]) -> None:
        counts[done.result()] += 1

    with ThreadPoolExecutor(BROWSERS) as pool:
        for pause in pauses:
            time.sleep(pause)
            pool.submit(attempt).add_done_callback(count)


def _pauses(rate: float, seconds: int, rng: Random) -> Iterator[float]:
    """Yield the seconds between attempts that are independent of each other (Poisson)."""
    until = time.monotonic() + (seconds or float("inf"))
    while time.monotonic() < until:
        yield rng.expovariate(rate)


def _attempt(door: Door, people: list[Account], rng: Random) -> str:
    """Try to sign in: four in six know their password, one mistypes it, one is unknown."""
    somebody, kind = rng.choice(people), rng.randrange(6)
    name, password, headers = somebody.username, somebody.password, somebody.headers
    if kind == 0:
        password = password[:-1]
    if kind == 1:
        name, headers = f"{rng.choice(GUESSES)}{rng.randrange(100)}", door.headers(rng)
    elif rng.random() < ELSEWHERE:
        headers = door.headers(rng)
    try:
        status = door.sign_in(name, password, headers, leave=rng.random() < 0.3)
    except (requests.RequestException, NoForm):
        return "failed"
    return OUTCOMES.get(status, "failed")
