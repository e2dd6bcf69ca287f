"""The auth pages need nothing of the panel: neither its code nor its templates nor its endpoints."""

import subprocess
import sys
from pathlib import Path

from tests.support.servers.gatehouse import ROOT

SITE = """
import re, sys
from datetime import timedelta
from flask import Flask
import auth.pages.views
from auth import signals
from jinja2 import FileSystemLoader
from models import db
from models.database.base import engine_options, prepare_engine


root, url = sys.argv[1:]
app = Flask("alone", root_path=root, static_folder="static")
app.jinja_loader = FileSystemLoader(f"{root}/templates")
app.config.update(
    SECRET_KEY="k" * 32, REGISTRATION="open", LOCALE="en", TIMEZONE="UTC",
    SESSION_IDLE=timedelta(minutes=30), SESSION_MAX=timedelta(hours=12),
    SQLALCHEMY_DATABASE_URI=url, SQLALCHEMY_ENGINE_OPTIONS=engine_options(url),
)
db.init_app(app)
auth.pages.views.init_app(app)

def store(_app, *, event, session):
    return event.event_id

for signal in signals.AUTH_SIGNALS:
    signal.connect(store)
with app.app_context():
    prepare_engine(db.engine)
    db.create_all()
browser = app.test_client()

def form(page, **fields):
    text = browser.get(page).get_data(as_text=True)
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', text)[1]
    answer = browser.post(page, data={"csrf_token": token, **fields})
    print(page, answer.status_code, answer.location)

person = {"username": "alice", "password": "correct horse 9"}
form("/register", **person, confirm="another", email="alice@example.org")
form("/register", **person, confirm=person["password"], email="alice@example.org")
form("/login", username="alice", password="wrong")
form("/login", **person)
form("/account", timezone="Europe/Berlin")
print("/", browser.get("/").location)
text = browser.get("/account").get_data(as_text=True)
token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', text)[1]
print("/logout", browser.post("/logout", data={"csrf_token": token}).location)
print([name for name in sys.modules if name.partition(".")[0] == "dashboard"])
"""
DONE = """\
/register 400 None
/register 302 /login
/login 401 None
/login 302 /account
/account 302 /account
/ /account
/logout /login
[]
"""


def test_every_page_works_in_an_app_without_a_panel(tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()
    for folder in ("auth", "shared"):
        (tmp_path / "templates" / folder).symlink_to(ROOT / "templates" / folder)
    command = [sys.executable, "-c", SITE, str(tmp_path), f"sqlite:///{tmp_path}/alone.db"]
    done = subprocess.run(command, check=False, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.stderr) == (DONE, "")
