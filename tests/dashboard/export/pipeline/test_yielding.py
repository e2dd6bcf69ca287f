"""Exports let requests go first, but not for ever."""

import threading

import pytest
from flask import abort

from dashboard.export.pipeline import yielding
from dashboard.export.pipeline.yielding import yield_to_requests
from dashboard.web.requests import under_way
from tests.support.app import build


class Waiting(threading.Condition):
    """A condition that does, instead of waiting, what was left for it to do."""

    def __init__(self):
        super().__init__()
        self.meanwhile = []

    def wait(self, timeout=None):
        assert 0 < timeout <= 3600
        if not self.meanwhile:
            raise TimeoutError("it waits")
        self.meanwhile.pop(0)()
        return True


@pytest.fixture
def app(sqlite_url):
    app = build(sqlite_url)

    @app.get("/<int:status>")
    def answer(status):
        with pytest.raises(TimeoutError):
            wait(under_way(app))
        abort(status) if status > 400 else None
        return str(1 / (400 - status))

    return app


@pytest.fixture
def requests(app, monkeypatch):
    """Requests for which an export would wait an hour."""
    requests = under_way(app)
    monkeypatch.setattr(requests, "_change", Waiting())
    monkeypatch.setattr(yielding, "MAX_YIELD", 3600)
    monkeypatch.setattr(yielding, "QUIET", 0)
    return requests


def wait(requests):
    """Wait as before the second chunk of an export."""
    assert list(yield_to_requests(requests, range(2))) == [0, 1]


@pytest.mark.parametrize(("path", "status"), [("/200", 200), ("/404", 404), ("/400", 500)])
def test_an_export_waits_for_a_request_until_it_is_answered(app, requests, path, status):
    assert app.test_client().get(path).status_code == status
    wait(requests)


def test_it_waits_for_all_of_them(requests):
    first = requests.counted()
    first.__enter__()
    with requests.counted():
        pass
    requests._change.meanwhile = [lambda: first.__exit__(None, None, None)]
    wait(requests)
    assert not requests._change.meanwhile


def test_it_waits_until_it_was_quiet(requests, monkeypatch):
    with requests.counted():
        pass
    monkeypatch.setattr(yielding, "QUIET", 1800)
    with pytest.raises(TimeoutError):
        wait(requests)


def test_it_goes_on_when_requests_never_end(requests, monkeypatch):
    monkeypatch.setattr(yielding, "MAX_YIELD", 0)
    with requests.counted():
        assert list(yield_to_requests(requests, range(3))) == [0, 1, 2]


def test_the_first_chunk_waits_for_nobody(requests):
    with requests.counted():
        chunks = yield_to_requests(requests, range(2))
        assert next(chunks) == 0
        with pytest.raises(TimeoutError):
            next(chunks)


def test_requests_of_another_app_are_not_waited_for(requests, sqlite_url):
    with under_way(build(sqlite_url)).counted():
        wait(requests)
