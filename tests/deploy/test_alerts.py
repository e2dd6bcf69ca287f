"""Alerts, judged by Prometheus' own promtool: each fires when it should, and none when all is well."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.deploy.test_monitoring import queries
from tests.support.servers.gatehouse import ROOT

RULES = ROOT / "deploy" / "prometheus" / "alerts.yml"
SITE = 'job="gatehouse", instance="one"'
#: For each alert a series that sets it off, and its values (promtool's notation: start + step x steps).
SERIES: dict[str, dict[str, str]] = {
    "GatehouseDown": {"up": "0x60"},
    "GatehouseDatabaseDown": {"gatehouse_database_up": "0x60"},
    "GatehouseSpoolNotEmpty": {"gatehouse_spool_attempts": "3x60"},
    "GatehouseAttemptsLost": {"gatehouse_lost_attempts_total": "0+1x60"},
    "GatehouseRowsQuarantined": {"gatehouse_quarantined_rows": "1x60"},
    "GatehouseNotSealed": {"gatehouse_unsealed_oldest_seconds": "40x60"},
    "GatehouseSealLag": {
        'gatehouse_seal_lag_seconds_bucket{le="1.0"}': "0x60",
        'gatehouse_seal_lag_seconds_bucket{le="5.0"}': "0+10x60",
        'gatehouse_seal_lag_seconds_bucket{le="+Inf"}': "0+10x60",
    },
    "GatehouseCheckpointOld": {"gatehouse_checkpoint_timestamp_seconds": "-9000x60"},
    "GatehouseLogNotVerified": {"gatehouse_log_verified": "0x60"},
    "GatehouseTwoKeys": {
        'gatehouse_key_info{of="site", fingerprint="a"}': "1x60",
        'gatehouse_key_info{of="log", fingerprint="b"}': "1x60",
    },
    "GatehouseFailureBurst": {
        'gatehouse_entries_total{action="login", outcome="failure", reason="x"}': "0+1x40 1040+600x19"
    },
    "GatehouseViewersNearLimit": {"gatehouse_viewers_fullest_ratio": "0.95x60"},
    "GatehouseConnectionsNearLimit": {
        'gatehouse_database_connections{purpose="pages"}': "31x60",
        'gatehouse_database_connections_limit{purpose="pages"}': "32x60",
    },
    "GatehouseRedisDown": {"gatehouse_redis_up": "0x60"},
    "GatehouseThreadStuck": {'gatehouse_thread_condition{thread="sealer"}': "2x60"},
    "GatehouseFollowerFailing": {'gatehouse_follower_failing_seconds{follower="mail"}': "0+60x60"},
    "GatehouseFollowerLagging": {
        'gatehouse_follower_lag_seconds{follower="mail"}': "0+60x60",
        'gatehouse_follower_failing_seconds{follower="mail"}': "0x60",
        'gatehouse_follower_paused{follower="mail"}': "0x60",
    },
    "GatehouseFollowerMissed": {'gatehouse_follower_missed_total{follower="mail"}': "0+1x60"},
}
#: A site on which all is well.
WELL = {
    "up": "1x60",
    "gatehouse_database_up": "1x60",
    "gatehouse_database_writable": "1x60",
    "gatehouse_spool_attempts": "0x60",
    "gatehouse_lost_attempts_total": "0x60",
    "gatehouse_quarantined_rows": "0x60",
    "gatehouse_unsealed_oldest_seconds": "0.2x60",
    'gatehouse_seal_lag_seconds_bucket{le="1.0"}': "0+10x60",
    'gatehouse_seal_lag_seconds_bucket{le="+Inf"}': "0+10x60",
    "gatehouse_checkpoint_timestamp_seconds": "0x60",
    "gatehouse_log_verified": "1x60",
    'gatehouse_key_info{of="site", fingerprint="a"}': "1x60",
    'gatehouse_key_info{of="log", fingerprint="a"}': "1x60",
    'gatehouse_entries_total{action="login", outcome="failure", reason="unknown_user"}': "0+90x60",
    "gatehouse_viewers_fullest_ratio": "0.5x60",
    'gatehouse_database_connections{purpose="pages"}': "3x60",
    'gatehouse_database_connections_limit{purpose="pages"}': "32x60",
    "gatehouse_redis_up": "1x60",
    'gatehouse_thread_condition{thread="sealer"}': "0x60",
    'gatehouse_follower_failing_seconds{follower="mail"}': "0x60",
    'gatehouse_follower_lag_seconds{follower="mail"}': "1x60",
    'gatehouse_follower_paused{follower="mail"}': "0x60",
    'gatehouse_follower_missed_total{follower="mail"}': "0x60",
}


@pytest.fixture(scope="module")
def promtool() -> str:
    """The program, of PATH or of PROMTOOL; where it cannot be had its tests are skipped, also in CI."""
    found = os.environ.get("PROMTOOL") or shutil.which("promtool")
    if not found:
        pytest.skip("promtool is missing: apt-get install prometheus, or PROMTOOL=its path")
    return found


def run(promtool: str, *arguments: str) -> None:
    done = subprocess.run([promtool, *arguments], check=False, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr


def labelled(series: str) -> str:
    """Return a series with the labels that every scraped one has."""
    name, _, labels = series.partition("{")
    return f"{name}{{{SITE}, {labels}" if labels else f"{name}{{{SITE}}}"


def case(series: dict[str, str], *firing: str) -> dict[str, Any]:
    """Return a case of promtool: after an hour of these series just these alerts fire, of all."""
    names = [{"labels": {"alertname": name}} for name in firing]
    query = 'count by (alertname) (ALERTS{alertstate="firing"})'
    wanted = [{"labels": f'{{alertname="{one["labels"]["alertname"]}"}}', "value": 1} for one in names]
    return {
        "interval": "1m",
        "input_series": [{"series": labelled(one), "values": values} for one, values in series.items()],
        "promql_expr_test": [{"expr": query, "eval_time": "58m", "exp_samples": wanted}],
    }


def check(promtool: str, folder: Path, *cases: dict[str, Any]) -> None:
    file = folder / "cases.json"  # JSON is YAML
    file.write_text(json.dumps({"rule_files": [str(RULES)], "evaluation_interval": "1m", "tests": cases}))
    run(promtool, "test", "rules", str(file))


def test_the_rules_are_well_formed(promtool: str) -> None:
    run(promtool, "check", "rules", str(RULES))


def test_the_dashboard_asks_in_sentences_that_prometheus_understands(promtool: str, tmp_path: Path) -> None:
    asked = [query.replace("$job", "gatehouse") for query in queries()]
    rules = [{"record": f"query:number{number}", "expr": query} for number, query in enumerate(asked)]
    file = tmp_path / "rules.json"
    file.write_text(json.dumps({"groups": [{"name": "dashboard", "rules": rules}]}))
    run(promtool, "check", "rules", str(file))


def test_each_alert_has_a_case() -> None:
    assert re.findall(r"^ +- alert: (\w+)$", RULES.read_text(), re.MULTILINE) == [*SERIES]


@pytest.mark.parametrize("alert", SERIES)
def test_it_fires_and_no_other_does(promtool: str, tmp_path: Path, alert: str) -> None:
    up = {} if "up" in SERIES[alert] else {"up": "1x60"}
    check(promtool, tmp_path, case(up | SERIES[alert], alert))


def test_none_fires_while_all_is_well(promtool: str, tmp_path: Path) -> None:
    check(promtool, tmp_path, case(WELL))


def test_a_site_that_is_not_there_at_all_is_down(promtool: str, tmp_path: Path) -> None:
    check(promtool, tmp_path, case({'other{x="y"}': "1x60"}, "GatehouseDown"))


def test_one_that_is_paused_does_not_lag(promtool: str, tmp_path: Path) -> None:
    paused = SERIES["GatehouseFollowerLagging"] | {'gatehouse_follower_paused{follower="mail"}': "1x60"}
    check(promtool, tmp_path, case({"up": "1x60"} | paused))


@pytest.mark.parametrize(("condition", "firing"), [(1, ()), (2, ("GatehouseThreadStuck",))])
def test_a_follower_that_fails_is_one_alert_and_one_that_is_stuck_two(
    promtool: str, tmp_path: Path, condition: int, firing: tuple[str, ...]
) -> None:
    thread = {'gatehouse_thread_condition{thread="mail"}': f"{condition}x60"}
    failing = SERIES["GatehouseFollowerFailing"]
    check(promtool, tmp_path, case({"up": "1x60"} | failing | thread, "GatehouseFollowerFailing", *firing))


def test_a_thread_that_fails_and_is_no_follower_is_told(promtool: str, tmp_path: Path) -> None:
    series = {"up": "1x60", 'gatehouse_thread_condition{thread="spool"}': "1x60"}
    check(promtool, tmp_path, case(series, "GatehouseThreadStuck"))
