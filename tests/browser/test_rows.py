"""A row that arrives is the row that the server would have drawn: the same cases go through both."""

from typing import Any
from uuid import UUID

from playwright.sync_api import Page, expect

from auth.events import AuthEvent, Client, Subject
from models import Action, Outcome, Reason
from tests.browser.scribe import Scribe

SESSION = UUID("0190a4c2-7d3e-7b11-8f00-3c5d2a9e4b17")
FIREFOX = {"user_agent": "Mozilla/5.0 <Firefox>", "browser": "Firefox 140", "os": "Windows"}
SUCCESS, FAILURE = Outcome.SUCCESS, Outcome.FAILURE
LONG = {"ip": "2001:db8:1234:5678:9abc:def0:1:2"}
CURL = {"browser": "Curl & co", "user_agent": "x"}
#: By what is odd about it: action, outcome, subject, client, and what else an entry may have.
CASES: dict[str, tuple[Action, Outcome, Subject | None, dict[str, Any], dict[str, Any]]] = {
    "a sign-in": (
        Action.LOGIN,
        SUCCESS,
        Subject("alice", 1),
        {"ip": "10.0.0.7", **FIREFOX},
        {"session_ref": SESSION},
    ),
    "a refusal": (
        Action.LOGIN,
        FAILURE,
        Subject("bob", 2),
        {"ip": "192.0.2.1"},
        {"reason": Reason.INVALID_PASSWORD},
    ),
    "a name of nobody": (
        Action.LOGIN,
        FAILURE,
        Subject("<b>mallory"),
        {"ip": "192.0.2.1"},
        {"reason": Reason.UNKNOWN_USER},
    ),
    "a name with quotes and spaces": (Action.REGISTER, SUCCESS, Subject('a "b" \\ c', 3), FIREFOX, {}),
    "a name that is syntax": (Action.REGISTER, SUCCESS, Subject("张(伟)*", 4), FIREFOX, {}),
    "a long address": (
        Action.LOGIN,
        SUCCESS,
        Subject("zoe", 5),
        LONG,
        {},
    ),
    "a browser alone": (
        Action.LOGIN,
        SUCCESS,
        Subject("zoe", 5),
        CURL,
        {},
    ),
    "a system alone": (Action.LOGIN, SUCCESS, Subject("zoe", 5), {"os": "Linux", "user_agent": '"'}, {}),
    "a new device": (
        Action.LOGIN,
        SUCCESS,
        Subject("zoe", 5),
        {"ip": "198.51.100.7", "browser": "Safari 19"},
        {"session_ref": SESSION},
    ),
    "an agent that is not known": (Action.LOGIN, SUCCESS, Subject("zoe", 5), {"user_agent": "?"}, {}),
    "about nobody": (Action.LOG_PURGE, SUCCESS, None, {}, {"actor": Subject("operator")}),
    "about somebody erased": (Action.ERASE, SUCCESS, Subject("", 6), {}, {"actor": Subject("root", 1)}),
    "an export": (Action.LOG_EXPORT, FAILURE, Subject("audrey", 1), {}, {"reason": Reason.ABORTED}),
}
#: Returns what a row is made of, addresses in words; how long ago it was and that it is fresh pass.
MADE = """event => {
  const value = ({ name, value }) =>
    name === "href" ? decodeURIComponent(value.replaceAll("+", " ")) : value.replace("fresh", "").trim();
  const made = node => {
    if (node.nodeType === Node.TEXT_NODE) return node.textContent.replace(/\\s+/g, " ");
    const all = [...node.attributes].map(one => `${one.name}=${value(one)}`);
    const attributes = all.filter(text => text !== "class=").sort();
    const kept = child => child.length && !(child === " " && node.matches("tr"));
    const children = node.matches(".ago") ? [] : [...node.childNodes].map(made);
    return [node.localName, attributes, children.filter(kept)];
  };
  return made(document.querySelector(`[data-event="${event}"]`));
}"""


def test_it_is_made_of_the_same_by_script_and_by_template(live: Page, scribe: Scribe) -> None:
    events = {case: scribe.record(event_of(*CASES[case])) for case in CASES}
    live.locator(f'[data-event="{list(events.values())[-1]}"]').wait_for()
    by_script = {case: live.evaluate(MADE, event_id) for case, event_id in events.items()}
    live.reload()
    expect(live.locator("#state")).to_have_text("connected")
    for case, event_id in events.items():
        assert live.evaluate(MADE, event_id) == by_script[case], case


def event_of(
    action: Action, outcome: Outcome, subject: Subject | None, client: dict[str, Any], facts: dict[str, Any]
) -> AuthEvent:
    """Return the event of a case."""
    return AuthEvent(action, outcome, subject, Client(**client), **facts)
