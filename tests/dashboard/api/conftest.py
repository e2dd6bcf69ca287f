"""A program that reads a small book."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from dashboard.log.sealer import seal_all
from tests.support.book import store, various
from tests.support.tokens import Program, make_token


@pytest.fixture
def book(app: Flask) -> int:
    """Nine sealed entries; returns the head."""
    store(various())
    seal_all()
    return 9


@pytest.fixture
def program(client: FlaskClient) -> Program:
    """A program with a good token."""
    return Program(client, make_token())
