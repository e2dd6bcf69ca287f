"""The addresses of the API that are no list of entries."""

from pathlib import Path

import pytest
from flask.testing import FlaskClient

from dashboard.config.settings import Settings
from dashboard.proof.checkpoint.note import parse_note
from dashboard.proof.checkpoint.store import Store
from tests.support.app import running
from tests.support.tokens import Program, make_token


def test_a_checkpoint_is_the_note_that_was_signed(database_url: str, tmp_path: Path) -> None:
    with running(database_url, checkpoint_dir=tmp_path / "kept", checkpoint_key=tmp_path / "key") as app:
        program = Program(app.test_client(), make_token())
        assert program.get("checkpoint").status_code == 404
        settings: Settings = app.config["SETTINGS"]
        taken = Store.of(settings).take()
        answer = program.get("checkpoint")
        assert (answer.status_code, answer.content_type) == (200, "text/plain; charset=utf-8")
        assert answer.data == Store.of(settings).path(taken).read_bytes()
        assert parse_note(answer.text).text == taken.as_text()
        next(tmp_path.glob("key")).write_text("no key")
        assert program.get("checkpoint").status_code == 404


@pytest.mark.parametrize("uid", ["x", "1", "00000000-0000-0000-0000-0000000000ff", "..%2f..", "'--", "ÿ"])
def test_an_entry_that_there_is_not_is_404(program: Program, book: int, uid: str) -> None:
    answer = program.get(f"entries/{uid}")
    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")


def test_the_description_is_open_and_names_each_address(client: FlaskClient) -> None:
    answer = client.get("/api/v1/openapi.json")
    assert answer.status_code == 200
    rules = {rule.rule for rule in client.application.url_map.iter_rules() if rule.rule.startswith("/api/")}
    assert {path.replace("{event_id}", "<uuid:event_id>") for path in answer.json["paths"]} == rules  # type: ignore[index]
