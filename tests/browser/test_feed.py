"""The feed applies every entry once and in order, whatever the server answers."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route

from tests.support.feed_cases import FEED_CASES, START, FeedCase

STATIC = Path(__file__).resolve().parents[2] / "static"
#: Plays a server: each pull gets the next answer, a text is an answer that never comes.
#: ``during`` is called in the first pull, ``after`` at the end.
DRIVE = """async ({ start, heads, answers, during, after }) => {
  const { Feed } = await import("/static/panel/feed.js");
  const pause = (time) => new Promise((resolve) => setTimeout(resolve, time));
  const seen = [], pulls = [], wishes = [], said = [], shown = [[start.epoch, start.cursor, []]];
  let announce, inFlight = 0, most = 0;
  const pull = async (_name, wish) => {
    pulls.push(wish.cursor);
    wishes.push(wish);
    most = Math.max(most, ++inFlight);
    await pause(5);
    inFlight--;
    if (pulls.length === 1 && during) feed[during]();
    const answer = answers.shift();
    if (typeof answer === "string") throw new Error(answer);
    return answer;
  };
  const on = (_name, hear) => (announce = hear);
  const socket = { connected: true, on, timeout: () => ({ emitWithAck: pull }) };
  const feed = new Feed(socket, start, {
    entries: (list) => {
      seen.push(...list.map((entry) => entry.seq));
      shown.at(-1)[2].push(...list.map((entry) => entry.seq));
    },
    restarted: (sameEpoch) => {
      said.push(sameEpoch ? "skipped" : "restarted");
      shown.push([feed.epoch, feed.cursor, []]);
    },
    refused: (code) => said.push(code),
    moved: () => {},
  });
  heads.forEach((head) => announce(head));
  const end = Date.now() + 5000;
  while (answers.length && Date.now() < end && !feed.isPaused) await pause(20);
  await pause(50);
  if (after) feed[after]();
  await pause(after ? 50 : 0);
  return { seen, shown, pulls, wishes, said, most, cursor: feed.cursor, behind: feed.behind };
}"""


def news(head: int, epoch: str = "e") -> dict[str, Any]:
    return {"epoch": epoch, "head": head}


def answer(head: int, *seqs: int) -> dict[str, Any]:
    return {"epoch": "e", "head": head, "floor": 0, "entries": [{"seq": seq} for seq in seqs]}


Drive = Callable[..., dict[str, Any]]


@pytest.fixture
def drive(open_page: Callable[[], Page]) -> Drive:
    """Run the page's feed from entry 10 of epoch "e" against scripted heads and answers."""
    page = open_page()

    def serve(route: Route) -> None:
        path = route.request.url.partition("feed.test")[2]
        route.fulfill(path=STATIC.parent / path[1:]) if path != "/" else route.fulfill(body="")

    page.route("http://feed.test/**", serve)
    page.goto("http://feed.test/")

    def run(heads: list[dict[str, Any]], answers: list[Any], **more: Any) -> dict[str, Any]:
        script = {"start": START, "heads": heads, "answers": answers, **more}
        return page.evaluate(DRIVE, script)  # type: ignore[no-any-return]

    return run


@pytest.mark.parametrize("case", FEED_CASES.values(), ids=FEED_CASES)
def test_it_pulls_and_shows_what_our_copy_of_it_does(drive: Drive, case: FeedCase) -> None:
    told = drive(case.heads, case.answers)

    assert told["wishes"] == case.pulls
    assert [tuple(stream) for stream in told["shown"]] == case.shown
    assert told["said"] == case.said
    assert told["behind"] == 0
    assert told["most"] <= 1


@pytest.mark.parametrize(
    "bad", [answer(12), answer(12, 12), "no answer", {"error": {"code": "x", "message": "y"}}]
)
def test_a_pull_that_brings_nothing_is_tried_again_after_a_rest(drive: Drive, bad: Any) -> None:
    told = drive([news(12)], [bad, answer(12, 11, 12)])

    assert (told["seen"], told["pulls"]) == ([11, 12], [10, 10])


def test_an_error_is_told_by_its_code(drive: Drive) -> None:
    told = drive([news(11)], [{"error": {"code": "unavailable", "message": "x"}}, answer(11, 11)])

    assert (told["said"], told["seen"]) == (["unavailable"], [11])


def test_heads_do_not_disturb_the_rest_after_a_failure(drive: Drive) -> None:
    told = drive([news(11), news(11), news(11)], ["no answer", "no answer", answer(11, 11)])

    assert (told["pulls"], told["most"], told["seen"]) == ([10, 10, 10], 1, [11])


def test_what_comes_during_a_pause_is_brought_afterwards(drive: Drive) -> None:
    told = drive([news(12)], [answer(12, 11, 12), answer(12, 11, 12)], during="pause", after="resume")

    assert (told["pulls"], told["seen"], told["cursor"]) == ([10, 10], [11, 12], 12)
