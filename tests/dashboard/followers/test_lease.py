"""One process at a time delivers."""

import os
import subprocess
import sys
from datetime import timedelta

import pytest
from flask import Flask

from dashboard.followers import lease
from dashboard.followers.follow import Delivery, catch_up
from models.clock import now
from tests.dashboard.followers.notebook import Notebook, begun, change, row, some_entries


@pytest.mark.parametrize("holder", ["elsewhere 1 aa", "elsewhere", "", "a b c d", "x" * 96])
def test_another_process_that_has_the_turn_is_left_alone_until_it_is_over(app: Flask, holder: str) -> None:
    notebook = Notebook()
    begun()
    some_entries(3)
    change(holder=holder, held_until=now() + lease.LEASE / 2)
    catch_up(notebook.consequence())
    assert notebook.seqs == []
    change(held_until=now() - timedelta(seconds=1))
    catch_up(notebook.consequence())
    assert notebook.seqs == [1, 2, 3]


def test_a_turn_of_a_clock_that_was_wrong_holds_nobody_up(app: Flask) -> None:
    notebook = Notebook()
    begun()
    some_entries(1)
    change(holder="elsewhere 1 aa", held_until=now() + timedelta(days=3650))
    catch_up(notebook.consequence())
    assert notebook.seqs == [1]


def test_a_process_of_this_machine_that_died_is_not_waited_for(app: Flask) -> None:
    dead = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"], stdout=subprocess.PIPE, check=True
    )
    machine = lease.this_process().split()[0]
    notebook = Notebook()
    begun()
    some_entries(1)
    change(holder=f"{machine} {os.getppid()} aa", held_until=now() + lease.LEASE)
    catch_up(notebook.consequence())
    assert notebook.seqs == []
    change(holder=f"{machine} {int(dead.stdout)} aa")
    catch_up(notebook.consequence())
    assert notebook.seqs == [1]


def test_who_lost_the_turn_moves_nothing(app: Flask) -> None:
    def lose(_: Delivery) -> None:
        change(holder="elsewhere 1 aa", held_until=now() + lease.LEASE)

    notebook = Notebook(lose)
    begun()
    some_entries(2)
    catch_up(notebook.consequence())
    assert row().cursor == 0
    change(holder=None)
    notebook.trouble = lambda _: None
    catch_up(notebook.consequence())
    assert notebook.seqs == [1, 2, 1, 2]


def test_a_long_delivery_keeps_its_turn(app: Flask) -> None:
    def last(delivery: Delivery) -> None:
        change(held_until=now() - timedelta(seconds=1))
        delivery.renew()
        assert (row().held_until or now()) > now()

    notebook = Notebook(last)
    begun()
    some_entries(2)
    catch_up(notebook.consequence())
    assert notebook.seqs == [1, 2]


def test_a_cursor_that_was_moved_meanwhile_stays_where_it_was_put(app: Flask) -> None:
    def again(_: Delivery) -> None:
        notebook.trouble = lambda _: None
        change(cursor=1)

    notebook = Notebook(again)
    begun()
    some_entries(3)
    catch_up(notebook.consequence())
    catch_up(notebook.consequence())
    assert notebook.seqs == [1, 2, 3, 2, 3]
