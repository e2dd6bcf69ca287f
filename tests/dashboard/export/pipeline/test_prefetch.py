"""Work done ahead in threads."""

import threading

import pytest

from dashboard.export.pipeline.prefetch import AT_ONCE, prefetched


def test_everything_comes_in_order():
    assert list(prefetched(str, range(1, 100))) == [str(number) for number in range(1, 100)]


def test_so_many_are_made_at_once():
    meeting = threading.Barrier(AT_ONCE, timeout=20)
    made = prefetched(lambda number: meeting.wait() if number else -1, range(AT_ONCE + 1))
    assert next(made) == -1
    assert sorted(made) == list(range(AT_ONCE))


def test_only_a_few_are_made_ahead():
    made = []
    taken = prefetched(made.append, range(1, 100))
    assert next(taken) is None
    taken.close()  # waits for what is being made
    assert 1 <= len(made) <= 1 + AT_ONCE


def failing(number):
    if number == 2:
        raise ValueError("gone")
    return number


def test_an_error_of_the_work_is_raised_where_the_results_are_taken():
    taken = prefetched(failing, range(1, 100))
    assert next(taken) == 1
    with pytest.raises(ValueError, match="gone"):
        next(taken)


def test_an_error_of_the_source_is_raised_there_too():
    with pytest.raises(ValueError, match="gone"):
        list(prefetched(int, map(failing, range(100))))


def test_leaving_ends_what_was_begun():
    started, go_on = threading.Semaphore(0), threading.Event()
    made = []

    def work(number):
        if number:
            started.release()
            assert go_on.wait(20)
        made.append(number)

    taken = prefetched(work, range(10))
    next(taken)
    taking = threading.Thread(target=lambda: next(taken))
    taking.start()
    assert all(started.acquire(timeout=20) for _ in range(AT_ONCE))
    go_on.set()
    taking.join(20)
    taken.close()
    assert made[0] == 0
    assert sorted(made) == list(range(len(made)))


def test_two_share_the_threads():
    both = prefetched(str, range(20)), prefetched(str, range(20))
    assert list(zip(*both, strict=True)) == [(str(number), str(number)) for number in range(20)]
