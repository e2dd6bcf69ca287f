"""Every script of ours runs in a browser here; no test waits in a way that our CSP forbids."""

from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Request

from tests.browser.conftest import Odd, Open
from tests.browser.test_widths import PANEL
from tests.support.servers.gatehouse import ROOT

MODULES = {path.name for path in (ROOT / "static/panel").glob("*.js")}


def test_every_module_is_loaded_by_a_page_and_without_an_error(odd: Odd, open_page: Open) -> None:
    loaded = set()

    def note(request: Request) -> None:
        loaded.add(Path(urlsplit(request.url).path).name)

    page = open_page(odd.seat)
    page.on("requestfinished", note)
    for name in ("list", "entry", "signals", "live"):
        page.goto(odd.site.url + PANEL[name], wait_until="networkidle" if name != "live" else "load")
    assert MODULES - loaded == set()


def test_none_waits_by_a_function_which_our_csp_refuses_after_its_first_poll() -> None:
    forbidden = "wait_for_" + "function("
    assert [path.name for path in (ROOT / "tests").rglob("*.py") if forbidden in path.read_text()] == []
