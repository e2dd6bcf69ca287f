"""What failed is tried again for three days, less and less often."""

from datetime import UTC, datetime, timedelta

from dashboard.followers.webhooks.retries import JITTER, PAUSES, TRIED_FOR, next_try, rest

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def test_the_pauses_grow() -> None:
    assert PAUSES[:3] == (5, 30, 120)
    for attempts, pause in enumerate(PAUSES, 1):
        again = next_try(attempts, NOW, NOW)
        assert again
        assert pause <= (again - NOW).total_seconds() <= pause * (1 + JITTER)
    assert next_try(99, NOW, NOW) is not None


def test_they_differ_by_chance() -> None:
    assert len({next_try(3, NOW, NOW) for _ in range(20)}) > 10


def test_after_three_days_it_is_given_up() -> None:
    moment, attempts = NOW, 0
    while True:
        attempts += 1
        again = next_try(attempts, NOW, moment)
        if again is None:
            break
        moment = again
    assert timedelta(days=3) <= moment - NOW < timedelta(days=4)
    assert attempts > len(PAUSES)
    assert next_try(1, NOW, NOW + TRIED_FOR) is None


def test_an_endpoint_rests_after_failures_in_a_row_and_never_long() -> None:
    rests = [rest(failures).total_seconds() for failures in (0, 1, 2, 3, 4, 5, 6, 7, 1_000_000)]
    assert rests == [0, 0, 0, 5, 10, 20, 40, 60, 60]
