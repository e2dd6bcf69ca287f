"""Each sealed entry is delivered, in order, at least once, whatever fails meanwhile."""

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import update

from dashboard.background import schedule
from dashboard.followers.follow import Consequence, Delivery, DeliveryFailed, begin, catch_up, follow
from dashboard.log.head import BrokenStream
from dashboard.log.sealer import seal_all
from models import StreamHead, write_transaction
from models.clock import now
from tests.dashboard.followers.notebook import NAME, Notebook, begun, change, row, some_entries
from tests.support.actions import make_user
from tests.support.book import NOW, entry, store
from tests.support.waiting import wait_until


def test_all_is_delivered_in_order_and_once(app: Flask) -> None:
    notebook = Notebook()
    begun()
    some_entries(7)
    catch_up(notebook.consequence())
    some_entries(2, first=8)
    catch_up(notebook.consequence())
    assert notebook.seqs == list(range(1, 10))
    assert (row().cursor, row().delivered, row().failures) == (9, 9, 0)


def test_it_begins_with_what_happens_from_now_on(app: Flask) -> None:
    notebook = Notebook()
    some_entries(4)
    begin(NAME, NOW)
    some_entries(2, first=5)
    catch_up(notebook.consequence())
    assert notebook.seqs == [5, 6]


def test_what_happened_between_the_start_and_the_first_round_is_not_missed(app: Flask) -> None:
    notebook = Notebook()
    store([entry(1, occurred_at=NOW - timedelta(days=2)), entry(2, occurred_at=NOW + timedelta(seconds=1))])
    seal_all()
    begin(NAME, NOW)
    catch_up(notebook.consequence())
    assert notebook.seqs == [2]


def test_what_fails_is_told_and_delivered_later(app: Flask) -> None:
    def refuse(_: Delivery) -> None:
        raise DeliveryFailed("the notebook is full")

    notebook = Notebook(refuse)
    begun()
    some_entries(2)
    for _ in range(2):
        with pytest.raises(DeliveryFailed):
            catch_up(notebook.consequence())
    assert (row().failures, row().cursor) == (2, 0)
    assert row().failing_since is not None
    assert (row().last_error or "").endswith("DeliveryFailed: the notebook is full")
    notebook.trouble = lambda _: None
    catch_up(notebook.consequence())
    assert notebook.seqs == [1, 2]
    assert (row().failures, row().failing_since, row().last_error) == (0, None, None)


def test_a_message_that_may_quote_somebody_is_not_kept(app: Flask) -> None:
    typed = "@".join(("alice", "example.org"))

    def refuse(_: Delivery) -> None:
        raise ValueError(typed)

    begun()
    some_entries(1)
    with pytest.raises(ValueError, match=typed):
        catch_up(Notebook(refuse).consequence())
    assert "test_follow.py" in (row().last_error or "")
    assert "alice" not in (row().last_error or "")


def test_what_was_written_down_before_a_crash_is_told_until_the_entries_are_through(app: Flask) -> None:
    def refuse(_: Delivery) -> None:
        raise OSError("gone")

    notebook = Notebook(refuse)
    begun()
    some_entries(4)
    for intent in ("first", "second"):
        with pytest.raises(OSError, match="gone"):
            catch_up(notebook.consequence(intent=intent))
    notebook.trouble = lambda _: None
    catch_up(notebook.consequence(intent="third"))
    assert notebook.unfinished == [None, "first", "first", None]


def test_what_was_prepared_before_others_delivered_is_not_written_down(app: Flask) -> None:
    def overtaken() -> str:
        change(cursor=row().cursor + 1)
        return "out of date"

    notebook = Notebook()
    begun()
    some_entries(3)
    catch_up(replace(notebook.consequence(), prepare=overtaken))
    assert (notebook.seqs, row().cursor, row().intent) == ([], 1, None)
    catch_up(notebook.consequence(intent="fresh"))
    assert (notebook.seqs, notebook.unfinished) == ([2, 3], [None])


def test_one_that_is_paused_waits_and_then_goes_on(app: Flask) -> None:
    notebook = Notebook()
    begun()
    some_entries(3)
    change(paused_at=now())
    catch_up(notebook.consequence())
    assert notebook.seqs == []
    change(paused_at=None)
    catch_up(notebook.consequence())
    assert notebook.seqs == [1, 2, 3]


def test_what_was_pruned_before_its_turn_is_counted(app: Flask) -> None:
    notebook = Notebook()
    begun()
    some_entries(5)
    write_transaction(lambda session: session.execute(update(StreamHead).values(pruned=2)))
    catch_up(notebook.consequence())
    assert notebook.seqs == [3, 4, 5]
    assert (row().missed, row().delivered) == (2, 3)


def test_after_a_restore_it_goes_on_with_the_new_entries(app: Flask) -> None:
    notebook = Notebook()
    begun()
    some_entries(3)
    change(cursor=9, intent="of the lost entries")
    write_transaction(lambda session: session.execute(update(StreamHead).values(epoch="e" * 32)))
    catch_up(notebook.consequence())
    some_entries(2, first=4)
    catch_up(notebook.consequence())
    assert notebook.seqs == [4, 5]
    assert notebook.unfinished == [None]


def test_a_log_that_is_shorter_than_what_was_delivered_is_told(app: Flask) -> None:
    begun()
    some_entries(2)
    change(cursor=5)
    with pytest.raises(BrokenStream, match="delivered 5 entries of a log that has 2"):
        catch_up(Notebook().consequence())
    assert "delivered 5 entries" in (row().last_error or "")


def test_a_missing_entry_stops_it(app: Flask) -> None:
    begun()
    some_entries(3)
    write_transaction(
        lambda session: session.connection().exec_driver_sql("DELETE FROM login_log WHERE seq = 2")
    )
    notebook = Notebook()
    with pytest.raises(BrokenStream, match="missing after 0"):
        catch_up(notebook.consequence())
    assert notebook.seqs == []


def test_it_follows_by_itself_while_the_site_runs(app: Flask) -> None:
    notebook = Notebook()
    follow(app, notebook.consequence())
    schedule.start(app)
    try:
        make_user("zoe")
        store([entry(1, occurred_at=now())])
        wait_until(lambda: notebook.seqs == [1], "the entry is delivered")
    finally:
        schedule.stop(app)


def test_one_that_hangs_or_fails_holds_up_no_other(app: Flask) -> None:
    def fail(_: Delivery) -> None:
        raise DeliveryFailed("never")

    bad, good = Notebook(fail), Notebook()
    follow(app, Consequence("bad", bad.deliver))
    follow(app, Consequence("good", good.deliver))
    schedule.start(app)
    try:
        store([entry(1, occurred_at=now())])
        wait_until(lambda: good.seqs == [1], "the other delivers")
        wait_until(lambda: any(state.failures for state in schedule.states(app)), "the failure is seen")
    finally:
        schedule.stop(app)
