"""Work done ahead in a thread."""

import pytest

from dashboard.export.ahead import DEPTH, made_ahead


def test_everything_comes_in_order():
    assert list(made_ahead(iter(range(1, 100)))) == list(range(1, 100))


def test_only_a_few_are_made_ahead():
    made = []

    def source():
        for number in range(1, 100):
            made.append(number)
            yield number

    taken = made_ahead(source())
    assert next(taken) == 1
    taken.close()  # waits for what is being made
    assert 1 <= len(made) <= 1 + DEPTH


def test_an_error_is_raised_where_the_results_are_taken():
    def source():
        yield 1
        raise ValueError("gone")

    taken = made_ahead(source())
    assert next(taken) == 1
    with pytest.raises(ValueError, match="gone"):
        next(taken)
