"""A database is the same whatever account and options one reaches it with."""

import pytest

from models.database.location import location


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("mariadb://u:old@127.0.0.1:3306/book", "mariadb://other:new@localhost/book?charset=utf8mb4"),
        ("mysql+pymysql://u@DB.example.org/book", "mariadb+pymysql://u@db.example.org:3306/book"),
        ("mariadb://u@[::1]/book", "mariadb://127.0.0.1/book"),
        ("sqlite:////tmp/../tmp/book.db", "sqlite:////tmp/book.db"),
    ],
)
def test_the_same_database_has_one_location(one: str, other: str) -> None:
    assert location(one) == location(other)
    assert "old" not in location(one)


@pytest.mark.parametrize(
    "other", ["mariadb://u@h/b", "mariadb://u@h2/a", "mariadb://u@h:1/a", "mariadb://u@/a?unix_socket=/s"]
)
def test_another_database_has_another_location(other: str) -> None:
    assert location("mariadb://u@h/a") != location(other)
