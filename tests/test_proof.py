"""What docs/proof.md has people run by hand agrees with the commands."""

import re
import subprocess
import sys
from pathlib import Path

from cryptography.hazmat.primitives.serialization import load_pem_public_key

from dashboard.proof.checkpoint.store import Store
from dashboard.proof.erase import blank, entries_of
from tests.dashboard.proof.verify.tampering import LOG, changed, sealed_book
from tests.support.app import running
from tests.support.servers.gatehouse import ROOT

CHAIN, CHECKPOINT = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "proof.md").read_text(), re.S)


def by_hand(program: str, argument: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a program of the page."""
    command = [sys.executable, "-c", program, argument]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_the_chain_checks_by_hand(sqlite_url: str, tmp_path: Path) -> None:
    book = sqlite_url.removeprefix("sqlite:///")
    with running(sqlite_url):
        assert by_hand(CHAIN, book, tmp_path).returncode == 0
        sealed_book()
        store = Store(tmp_path / "checkpoints", tmp_path / "key")
        list(blank(1, entries_of(1), store.signer()))
        link = store.take().chain
        assert by_hand(CHAIN, book, tmp_path).stdout == f"{link.hex()}\n"
        changed(LOG, LOG.c.seq == 4, browser="Lynx")
        assert "4: link" in by_hand(CHAIN, book, tmp_path).stderr


def test_a_checkpoint_checks_by_hand(sqlite_url: str, tmp_path: Path) -> None:
    with running(sqlite_url):
        sealed_book()
        store = Store(tmp_path / "checkpoints", tmp_path / "key")
        path = store.path(store.take())
    assert by_hand(CHECKPOINT, str(path), tmp_path).returncode == 0
    [public] = store.folder.glob("*.pub.pem")
    key = load_pem_public_key(public.read_bytes())
    statement, signature = ((tmp_path / name).read_bytes() for name in ("statement", "signature"))
    key.verify(signature, statement)  # type: ignore[union-attr, call-arg, arg-type]
