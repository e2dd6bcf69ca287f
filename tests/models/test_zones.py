"""Zones follow the pinned rules, whatever rules the machine has."""

import os
import subprocess
import sys
import zoneinfo
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from models import zones

#: Where rules of 2025 and of 2026 differ: a winter's day, and the offset it has in hours.
CHANGED = [
    ("America/Vancouver", "2026-12-15", -7),
    ("America/Edmonton", "2026-12-15", -6),
    ("America/Winnipeg", "2026-12-15", -5),
    ("Africa/Casablanca", "2026-12-15", 0),
    ("America/Havana", "2026-12-15", -4),
]


@pytest.mark.parametrize(("zone", "day", "hours"), CHANGED)
def test_the_pinned_rules_are_used(zone: str, day: str, hours: int) -> None:
    noon = datetime.fromisoformat(f"{day}T12:00+00:00")

    assert noon.astimezone(ZoneInfo(zone)).utcoffset().total_seconds() == hours * 3600  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "module", ["models", "models.zones", "auth.events", "dashboard.config.settings", "manage"]
)
def test_no_way_in_reads_the_rules_of_the_machine(module: str, tmp_path: Path) -> None:
    package = Path(sys.modules["tzdata"].__file__ or "").parent / "zoneinfo"
    forged = tmp_path / "America" / "Vancouver"
    forged.parent.mkdir()
    forged.write_bytes((package / "Asia" / "Tokyo").read_bytes())
    asked = f"import {module}; import datetime, zoneinfo; print(datetime.datetime(2026, 12, 15,"
    asked += " tzinfo=zoneinfo.ZoneInfo('America/Vancouver')).isoformat())"
    command = [sys.executable, "-c", asked]
    root = Path(zones.__file__).parents[1]
    answer = subprocess.run(
        command, cwd=root, env=os.environ | {"PYTHONTZPATH": str(tmp_path)}, capture_output=True, check=True
    )

    assert answer.stdout.decode().strip() == "2026-12-15T00:00:00-07:00"


def test_names_are_those_of_the_rules() -> None:
    assert zoneinfo.TZPATH == ()
    assert {"UTC", "Europe/Berlin", "America/Coyhaique"} <= zones.zone_names()
    assert "Factory" not in zones.zone_names()
