"""The feed applies every entry once and in order, whatever the server answers."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route

STATIC = Path(__file__).resolve().parents[2] / "static"
#: Plays a server: each pull gets the next answer, a text is an answer that never comes.
#: ``during`` is called in the first pull, ``after`` at the end.
DRIVE = """async ({ start, rings, answers, during, after }) => {
  const { Feed } = await import("/static/panel/feed.js");
  const pause = (time) => new Promise((resolve) => setTimeout(resolve, time));
  const seen = [], pulls = [], said = [];
  let ring, inFlight = 0, most = 0;
  const pull = async (_name, wish) => {
    pulls.push(wish.cursor);
    most = Math.max(most, ++inFlight);
    await pause(5);
    inFlight--;
    if (pulls.length === 1 && during) feed[during]();
    const answer = answers.shift();
    if (typeof answer === "string") throw new Error(answer);
    return answer;
  };
  const on = (_name, hear) => (ring = hear);
  const socket = { connected: true, on, timeout: () => ({ emitWithAck: pull }) };
  const feed = new Feed(socket, start, {
    entries: (list) => seen.push(...list.map((entry) => entry.seq)),
    restarted: (sameEpoch) => said.push(sameEpoch ? "skipped" : "restarted"),
    refused: (code) => said.push(code),
    moved: () => {},
  });
  rings.forEach((head) => ring(head));
  const end = Date.now() + 5000;
  while (answers.length && Date.now() < end && !feed.isPaused) await pause(20);
  await pause(50);
  if (after) feed[after]();
  await pause(after ? 50 : 0);
  return { seen, pulls, said, most, cursor: feed.cursor, behind: feed.behind };
}"""


def news(head: int, epoch: str = "e") -> dict[str, Any]:
    return {"epoch": epoch, "head": head}


def answer(head: int, *seqs: int) -> dict[str, Any]:
    return {"epoch": "e", "head": head, "floor": 0, "entries": [{"seq": seq} for seq in seqs]}


def reset(epoch: str, head: int, floor: int = 0) -> dict[str, Any]:
    return {"reset": True, "epoch": epoch, "head": head, "floor": floor}


@pytest.fixture
def drive(open_page: Callable[[], Page]) -> Callable[..., dict[str, Any]]:
    """Run the feed from entry 10 of epoch "e" against scripted heads and answers."""
    page = open_page()

    def serve(route: Route) -> None:
        path = route.request.url.partition("feed.test")[2]
        route.fulfill(path=STATIC.parent / path[1:]) if path != "/" else route.fulfill(body="")

    page.route("http://feed.test/**", serve)
    page.goto("http://feed.test/")

    def run(rings: list[dict[str, Any]], answers: list[Any], **more: Any) -> dict[str, Any]:
        given = {"start": {"epoch": "e", "cursor": 10}, "rings": rings, "answers": answers, **more}
        return page.evaluate(DRIVE, given)  # type: ignore[no-any-return]

    return run


Drive = Callable[..., dict[str, Any]]


def test_a_head_that_is_already_here_pulls_nothing(drive: Drive) -> None:
    assert drive([news(10)], [])["pulls"] == []


def test_it_pulls_until_nothing_is_missing(drive: Drive) -> None:
    told = drive([news(13)], [answer(13, 11, 12), answer(13, 13)])

    assert (told["seen"], told["pulls"], told["behind"]) == ([11, 12, 13], [10, 12], 0)


def test_heads_that_arrive_meanwhile_do_not_start_a_second_pull(drive: Drive) -> None:
    told = drive([news(11), news(12), news(13)], [answer(13, 11, 12, 13)])

    assert (told["seen"], told["most"], told["pulls"]) == ([11, 12, 13], 1, [10])


def test_entries_that_came_before_are_not_shown_again(drive: Drive) -> None:
    assert drive([news(12)], [answer(12, 9, 10, 11, 11, 12)])["seen"] == [11, 12]


def test_a_gap_is_pulled_again(drive: Drive) -> None:
    told = drive([news(13)], [answer(13, 11, 13), answer(13, 12, 13)])

    assert (told["seen"], told["pulls"]) == ([11, 12, 13], [10, 11])


@pytest.mark.parametrize(
    "bad", [answer(12), answer(12, 12), "no answer", {"error": {"code": "x", "message": "y"}}]
)
def test_a_pull_that_brings_nothing_is_tried_again_after_a_rest(drive: Drive, bad: Any) -> None:
    told = drive([news(12)], [bad, answer(12, 11, 12)])

    assert (told["seen"], told["pulls"]) == ([11, 12], [10, 10])


def test_another_stream_begins_near_its_head(drive: Drive) -> None:
    told = drive([news(300, "f")], [reset("f", 300), {**answer(300, *range(201, 301)), "epoch": "f"}])

    assert told["said"] == ["restarted"]
    assert (told["pulls"], told["seen"][0], told["cursor"]) == ([10, 200], 201, 300)


def test_a_restored_stream_begins_anew(drive: Drive) -> None:
    told = drive([news(5)], [reset("e", 5), answer(5, 1, 2, 3, 4, 5)])

    assert (told["said"], told["seen"]) == (["restarted"], [1, 2, 3, 4, 5])


def test_too_long_away_skips_and_says_so(drive: Drive) -> None:
    told = drive([news(99_999)], [reset("e", 99_999, 89_999), answer(99_999, *range(99_900, 100_000))])

    assert (told["said"], told["seen"][0], told["seen"][-1]) == (["skipped"], 99_900, 99_999)


def test_nothing_before_the_floor_is_asked_for(drive: Drive) -> None:
    told = drive([news(99_999)], [reset("e", 99_999, 99_990), answer(99_999, *range(99_991, 100_000))])

    assert told["pulls"] == [10, 99_990]


def test_an_error_is_told_by_its_code(drive: Drive) -> None:
    told = drive([news(11)], [{"error": {"code": "unavailable", "message": "x"}}, answer(11, 11)])

    assert (told["said"], told["seen"]) == (["unavailable"], [11])


def test_heads_do_not_disturb_the_rest_after_a_failure(drive: Drive) -> None:
    told = drive([news(11), news(11), news(11)], ["no answer", "no answer", answer(11, 11)])

    assert (told["pulls"], told["most"], told["seen"]) == ([10, 10, 10], 1, [11])


def test_what_comes_during_a_pause_is_brought_afterwards(drive: Drive) -> None:
    told = drive([news(12)], [answer(12, 11, 12), answer(12, 11, 12)], during="pause", after="resume")

    assert (told["pulls"], told["seen"], told["cursor"]) == ([10, 10], [11, 12], 12)
