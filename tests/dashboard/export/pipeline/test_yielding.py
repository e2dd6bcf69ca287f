"""Exports let requests go first, but not for ever."""

import threading

import pytest
from flask import Flask, abort

from dashboard.export.pipeline import yielding
from dashboard.export.pipeline.yielding import yield_to_requests


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
def requests(monkeypatch):
    """Requests for which an export would wait an hour."""
    monkeypatch.setattr(yielding.requests, "_change", Waiting())
    monkeypatch.setattr(yielding.requests, "_under_way", 0)
    monkeypatch.setattr(yielding, "MAX_YIELD", 3600)
    monkeypatch.setattr(yielding, "QUIET", 0)
    return yielding.requests


@pytest.fixture
def app(requests):
    app = Flask(__name__)

    @app.get("/<int:status>")
    def answer(status):
        with pytest.raises(TimeoutError):
            requests.wait()
        abort(status) if status > 400 else None
        return str(1 / (400 - status))

    with app.app_context():
        yield app


@pytest.mark.parametrize(("path", "status"), [("/200", 200), ("/404", 404), ("/400", 500)])
def test_an_export_waits_for_a_request_until_it_is_answered(app, requests, path, status):
    assert app.test_client().get(path).status_code == status
    requests.wait()


def test_it_waits_for_all_of_them(app, requests):
    requests.begin(app)
    with app.app_context():
        requests.begin(app)
        requests.end(app)
    requests._change.meanwhile = [lambda: requests.end(app)]
    requests.wait()
    assert not requests._change.meanwhile


def test_it_waits_until_it_was_quiet(app, requests, monkeypatch):
    requests.begin(app)
    requests.end(app)
    monkeypatch.setattr(yielding, "QUIET", 1800)
    with pytest.raises(TimeoutError):
        requests.wait()


def test_it_goes_on_when_requests_never_end(app, requests, monkeypatch):
    monkeypatch.setattr(yielding, "MAX_YIELD", 0)
    requests.begin(app)
    assert list(yield_to_requests(range(3))) == [0, 1, 2]


def test_the_first_chunk_waits_for_nobody(app, requests):
    requests.begin(app)
    chunks = yield_to_requests(range(2))
    assert next(chunks) == 0
    with pytest.raises(TimeoutError):
        next(chunks)


def test_a_context_that_answers_nobody_is_not_counted(app, requests):
    requests.end(app)
    requests.begin(app)
    with pytest.raises(TimeoutError):
        requests.wait()
