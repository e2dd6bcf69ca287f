"""``python -m tests.faults.scan``: Wapiti, an outside scanner, looks for holes, also as an auditor."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import requests

from models import Role, db
from tests.support.actions import make_user, signed_in
from tests.support.app import build, migrate
from tests.support.servers.gatehouse import Site, environment, manage, serving
from tests.support.servers.process import need

MODULES = "crlf,csp,csrf,exec,file,htaccess,http_headers,methods,permanentxss,redirect,sql,xss"
SCANNER = "auditor"
#: What only https has (tests/dashboard/web/test_headers.py), and what OWASP says to leave out.
EXPECTED = ("Strict-Transport-Security is not set", "X-XSS-Protection is not set")
SECONDS = 240
#: What it calls a form that takes any token.
FORGERY = "Cross Site Request Forgery"


def main() -> None:
    """Scan a site with some history twice; exit 1 when something is found."""
    wapiti = need("wapiti", "wapiti")
    with tempfile.TemporaryDirectory(prefix="gatehouse-scan-") as name:
        folder = Path(name)
        url = prepared(folder)
        with serving(url, folder) as site:
            found = [finding for who in (None, SCANNER) for finding in scan(wapiti, site, folder, who)]
            traceback = "Traceback" in site.server.log.read_text()
    print("\n".join(found) or "nothing found")
    if found or traceback:
        raise SystemExit("the scanner found something" if found else "the server's log has a traceback")


def prepared(folder: Path) -> str:
    """Return a database with history and somebody who may read and export."""
    url = migrate(f"sqlite:///{folder / 'scan.db'}")
    subprocess.run(manage("seed", "--rows", "500", "--users", "20"), env=environment(url), check=True)
    with build(url).app_context():
        make_user(SCANNER, Role.AUDITOR)
        db.engine.dispose()
    return url


def scan(wapiti: str, site: Site, folder: Path, who: str | None) -> list[str]:
    """Return what Wapiti finds as a stranger, or with somebody's session."""
    report = folder / "report.json"
    command = [wapiti, "-u", f"{site.url}/", "-m", MODULES, "--flush-session", "--no-bugreport"]
    command += ["--max-scan-time", str(SECONDS), "--max-attack-time", str(SECONDS // 4), "-v", "0"]
    command += ["--store-session", str(folder / "session"), "-f", "json", "-o", str(report)]
    command += ["-s", f"{site.url}/admin/logins/", "-d", "4"]
    if who:
        command += ["-H", f"Cookie: {signed_in(site.url, who)}"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, timeout=2 * SECONDS)
    return list(findings(json.loads(report.read_text()), site, who))


def findings(report: dict[str, dict[str, list[dict[str, str]]]], site: Site, who: str | None) -> list[str]:
    """Return a line for each hole and for each page that failed."""
    return [
        f"{who or 'stranger'}: {kind}: {one['info']} ({one['method']} {one['path']})"
        for part in ("vulnerabilities", "anomalies")
        for kind, some in report[part].items()
        for one in some
        if not one["info"].startswith(EXPECTED) and (kind != FORGERY or is_open(site, one["path"], who))
    ]


def is_open(site: Site, path: str, who: str | None) -> bool:
    """Whether a form takes a wrong token; the scanner signs itself out, and then cannot tell."""
    headers = {"Cookie": signed_in(site.url, who)} if who else {}
    wrong = {"csrf_token": "wrong"}
    answer = requests.post(f"{site.url}{path}", wrong, headers=headers, allow_redirects=False, timeout=30)
    return answer.status_code != 400


if __name__ == "__main__":
    sys.exit(main())
