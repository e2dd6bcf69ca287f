"""What holds for every file of the project."""

import os
import re
from pathlib import Path

import pytest

from dashboard.config.settings import Settings
from tests.support.servers.gatehouse import ROOT

MAX_LINES = 250
LEFT_OUT = {".git", ".venv", ".env", "instance", "vendor", "node_modules", "__pycache__", ".hypothesis"}
REGISTRIES = ("pypi", "pythonhosted", "npmjs")


def ours() -> list[Path]:
    """Return every file of the project; what tools and runs leave behind is none."""
    found = []
    for folder, names, files in os.walk(ROOT):
        names[:] = [name for name in names if name not in LEFT_OUT and not name.endswith("_cache")]
        found += [Path(folder) / name for name in files if name not in LEFT_OUT and not name.endswith(".pyc")]
    return found


@pytest.mark.parametrize("ending", [".py", ".js", ".html", ".css"])
def test_no_file_is_two_ideas(ending: str) -> None:
    lines = {path: len(path.read_text().splitlines()) for path in ours() if path.suffix == ending}
    assert len(lines) > 3
    assert {str(path.relative_to(ROOT)): count for path, count in lines.items() if count > MAX_LINES} == {}


def test_no_file_names_a_package_registry() -> None:
    host = re.compile("|".join(rf"\b{name}\.(org|com)\b" for name in REGISTRIES).encode())
    assert [str(path.relative_to(ROOT)) for path in ours() if host.search(path.read_bytes())] == []


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_requirements_are_pinned_with_hashes_and_hold_no_address(name: str) -> None:
    text = (ROOT / name).read_text()
    packages = [block for block in re.split(r"\n(?=\S)", text) if not block.startswith("#")]
    assert [block for block in packages if "==" not in block or "--hash=sha256:" not in block] == []
    assert "://" not in text


def test_the_readme_explains_every_setting_and_no_other() -> None:
    readme = (ROOT / "README.md").read_text()
    rows = "\n".join(line.split("|")[1] for line in readme.splitlines() if line.startswith("| `GATEHOUSE_"))
    explained = set(re.findall(r"`GATEHOUSE_(\w+)`", rows))
    assert explained == {name.upper() for name in Settings.model_fields}


def test_no_table_of_the_readme_explains_anything_twice() -> None:
    rows = re.findall(r"^\| (`.+?) \|", (ROOT / "README.md").read_text(), re.MULTILINE)
    assert [row for row in rows if rows.count(row) > 1] == []


def test_each_heading_of_the_documents_stands_free() -> None:
    for path in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]:
        text = re.sub(r"```.*?```", "", path.read_text(), flags=re.DOTALL)
        assert re.findall(r"\S.*\n(##+ .+)", text) == [], path


def test_the_readme_points_to_what_is_there() -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", (ROOT / "README.md").read_text())
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_make_bench_asks_every_question() -> None:
    (line,) = re.findall(r"for question in (.+?);", (ROOT / "Makefile").read_text())
    runnable = {path.stem for path in (ROOT / "bench").glob("*.py") if "__main__" in path.read_text()}
    assert set(line.split()) == runnable - {"live_site"}  # which is the site that `live` measures
