"""What dashboard, alerts and docs name is there, and each alert has its page."""

import json
import re
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import requests
from click import Group
from sqlalchemy import text

from dashboard.cli.commands import COMMANDS
from dashboard.monitoring.metrics.folder import FILE_KINDS, ROOM
from dashboard.query.language.parse import parse
from models import Role, db
from models.measures.catalogue import MEASURES
from tests.dashboard.monitoring.metrics.figures import parsed
from tests.support.actions import make_user, signed_in
from tests.support.app import running
from tests.support.servers.gatehouse import ROOT, serving

DASHBOARD = json.loads((ROOT / "deploy" / "grafana" / "gatehouse.json").read_text())
ALERTS = (ROOT / "deploy" / "prometheus" / "alerts.yml").read_text()
RUNBOOKS = (ROOT / "docs" / "runbooks.md").read_text()
MONITORING = (ROOT / "docs" / "monitoring.md").read_text()
#: What a section of the runbooks says.
PARTS = ("**What it means.**", "**How to look.**", "**What to do.**", "**It is over when**")
#: What is shown once it happened, or where it is set; the tests of each metric show it.
SOMETIMES = {
    "gatehouse_last_purge_timestamp_seconds",
    "gatehouse_degraded",
    "gatehouse_throttled_requests_total",
    *(f"gatehouse_follower_{what}" for what in ("lag_entries", "lag_seconds", "failing_seconds", "failures")),
    *(f"gatehouse_follower_{what}" for what in ("paused", "delivered_total", "missed_total")),
}


def named(words: str) -> set[str]:
    """Return the metrics that a text names, histograms by their own name."""
    return {re.sub(r"_(bucket|sum|count)$", "", name) for name in re.findall(r"\bgatehouse_\w+", words)}


def queries() -> Iterator[str]:
    """Yield the queries of the dashboard."""
    for panel in DASHBOARD["panels"]:
        yield from (target["expr"] for target in panel.get("targets", []))


def expressions() -> list[str]:
    """Return the conditions of the alerts."""
    return re.findall(r"^ +expr: (.+)$", ALERTS, re.MULTILINE)


@pytest.fixture(scope="module")
def shown(
    sqlite_template: Path, redis_url: str, tmp_path_factory: pytest.TempPathFactory
) -> tuple[set[str], set[str]]:
    """What a site shows on which somebody signed in: metrics with samples, and metrics at all."""
    folder = tmp_path_factory.mktemp("shown")
    url = f"sqlite:///{shutil.copy(sqlite_template, folder / 'site.db')}"
    with running(url):
        make_user("vera", Role.VIEWER)
    with serving(url, folder, redis_url=redis_url) as site:
        signed_in(site.url, "vera")
        page = ""
        for _ in range(200):
            page = requests.get(f"{site.url}/metrics", timeout=10).text
            if "gatehouse_checkpoint_timestamp_seconds " in page:
                break
    metrics = parsed(page)
    sampled = {sample.name for metric in metrics for sample in metric.samples}
    return named(" ".join(sampled)), named(page)


def test_what_the_dashboard_names_a_running_site_shows(shown: tuple[set[str], set[str]]) -> None:
    wanted = named(" ".join(queries()))
    assert len(wanted) > 25
    assert wanted - SOMETIMES - shown[0] == set()


def test_what_alerts_name_a_running_site_shows(shown: tuple[set[str], set[str]]) -> None:
    wanted = named(" ".join(expressions()))
    assert len(wanted) > 15
    assert wanted - SOMETIMES - shown[0] == set()


def test_what_runbooks_name_a_running_site_shows(shown: tuple[set[str], set[str]]) -> None:
    assert named(RUNBOOKS) - SOMETIMES - shown[0] == set()


def test_what_happens_sometimes_is_declared_always_or_counted(shown: tuple[set[str], set[str]]) -> None:
    counted = {f"gatehouse_{measure.name}_total" for measure in MEASURES}
    assert SOMETIMES - shown[1] - counted == set()


def test_the_page_explains_each_metric_and_no_other(shown: tuple[set[str], set[str]]) -> None:
    rows = "\n".join(
        line.split("|")[1] for line in MONITORING.splitlines() if line.startswith("| `gatehouse_")
    )
    assert named(rows) == shown[0] | SOMETIMES


def test_each_alert_has_its_section_and_each_section_its_alert() -> None:
    alerts = re.findall(r"^ +- alert: (\w+)$", ALERTS, re.MULTILINE)
    links = re.findall(r"^ +runbook: docs/runbooks\.md#(\w+)$", ALERTS, re.MULTILINE)
    sections = re.findall(r"^## (\w+)$", RUNBOOKS, re.MULTILINE)
    assert sections == sorted(sections, key=alerts.index) == alerts
    assert links == [alert.lower() for alert in alerts]  # as GitHub makes anchors of headings
    assert len(set(alerts)) == len(alerts) > 15


@pytest.mark.parametrize("section", RUNBOOKS.split("\n## ")[1:], ids=lambda one: one.split("\n")[0])
def test_a_section_says_what_how_to_look_what_to_do_and_the_end(section: str) -> None:
    places = [section.find(part) for part in PARTS]
    assert min(places) > 0
    assert places == sorted(places)


def test_a_command_that_a_runbook_names_is_there() -> None:
    names = set(re.findall(r"`manage\.py ([a-z-]+)", RUNBOOKS))
    known = {command.name for command in COMMANDS}
    assert len(names) > 4
    assert names <= known
    assert any(isinstance(command, Group) for command in COMMANDS)


def test_each_panel_says_what_it_shows_and_asks_the_chosen_source() -> None:
    panels = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]
    assert len({panel["title"] for panel in panels}) == len(panels)
    assert [panel["title"] for panel in panels if not panel["description"].endswith(".")] == []
    assert {panel["datasource"]["uid"] for panel in panels} == {"${datasource}"}
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])


def test_panels_do_not_lie_over_each_other() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        grid = panel["gridPos"]
        cells = {
            (grid["x"] + across, grid["y"] + down) for across in range(grid["w"]) for down in range(grid["h"])
        }
        assert not cells & taken, panel["title"]
        assert max(across for across, _ in cells) < 24
        taken |= cells


def test_the_table_that_a_runbook_looks_into_is_there(sqlite_url: str) -> None:
    [question] = re.findall(r"`(SELECT [^`]+)`", RUNBOOKS.replace("\n", " "))
    with running(sqlite_url), suppress(StopIteration):
        next(iter(db.session.execute(text(question))))


@pytest.mark.parametrize("page", [RUNBOOKS, MONITORING], ids=["runbooks", "monitoring"])
def test_what_a_page_links_to_is_there(page: str) -> None:
    for path, anchor in re.findall(r"\]\(([^)#:]+)(?:#([a-z-]+))?\)", page):
        text = (ROOT / "docs" / path).read_text()
        headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
        assert not anchor or anchor in {heading.lower().replace(" ", "-") for heading in headings}


def test_a_query_that_a_runbook_asks_can_be_asked() -> None:
    asked = re.findall(r"`((?:action|outcome):[^`]+)`", RUNBOOKS)
    assert len(asked) > 1
    assert [query for query in asked if not parse(query)] == []


def test_the_page_tells_how_much_room_a_worker_takes() -> None:
    assert f"{len(FILE_KINDS) * ROOM / 2**20} MiB a" in MONITORING
