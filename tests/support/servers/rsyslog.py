"""An rsyslog of our own, which writes what it gets to a file."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from socket import create_connection
from uuid import UUID

from tests.support.servers.certificate import Certificate
from tests.support.servers.process import Server, free_port, missing, need

CONFIG = """
global(workDirectory="{folder}" maxMessageSize="8k" {tls})
module(load="imudp")
module(load="imtcp" {driver})
input(type="imudp" address="127.0.0.1" port="{port}")
input(type="imtcp" address="127.0.0.1" port="{port}")
template(name="all" type="list") {{
    property(name="jsonmesg")
    constant(value="\\n")
}}
template(name="raw" type="list") {{
    property(name="rawmsg")
    constant(value="\\n")
}}
action(type="omfile" file="{folder}/parsed" template="all" asyncWriting="off")
action(type="omfile" file="{folder}/received" template="raw" asyncWriting="off")
"""
TLS = (
    'defaultNetstreamDriver="ossl" defaultNetstreamDriverCAFile="{ca}" '
    'defaultNetstreamDriverCertFile="{cert}" defaultNetstreamDriverKeyFile="{key}"'
)
DRIVER = 'streamDriver.name="ossl" streamDriver.mode="1" streamDriver.authMode="anon"'


EVENT_ID = re.compile(r"(?:event_id=\"|externalId=)([0-9a-f-]{36})")


@dataclass(frozen=True)
class Receiver:
    """An rsyslog on ``port``; what it got stands in ``folder``."""

    server: Server
    folder: Path
    port: int

    def received(self) -> list[str]:
        """Return the messages as they came."""
        path = self.folder / "received"
        return path.read_text().splitlines() if path.exists() else []

    def parsed(self) -> list[dict[str, str]]:
        """Return the messages as rsyslog understands them, fields by its names."""
        path = self.folder / "parsed"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def numbers(self) -> list[int]:
        """Return the numbers that stand in the event_ids of the messages, in the order they came."""
        return [UUID(found).int for line in self.received() for found in EVENT_ID.findall(line)[:1]]


@contextmanager
def rsyslog(folder: Path, certificate: Certificate | None = None) -> Iterator[Receiver]:
    """Run one in ``folder``, with TLS when it is given a certificate."""
    receiver = prepared(folder, certificate)
    with receiver.server:
        yield receiver


def prepared(folder: Path, certificate: Certificate | None = None) -> Receiver:
    """Return one that does not run yet."""
    folder.mkdir(exist_ok=True)
    if certificate and not list(Path("/usr/lib").glob("*/rsyslog/lmnsd_ossl.so")):
        missing("TLS of rsyslog", "rsyslog-openssl")
    port, config = free_port(), folder / "rsyslog.conf"
    tls = TLS.format(**vars(certificate)) if certificate else ""
    driver = DRIVER if certificate else ""
    config.write_text(CONFIG.format(folder=folder, port=port, tls=tls, driver=driver))
    command = [need("rsyslogd", "rsyslog"), "-n", "-f", str(config), "-i", str(folder / "pid")]
    server = Server(
        command, lambda: create_connection(("127.0.0.1", port), 5).close(), folder / "rsyslog.log"
    )
    return Receiver(server, folder, port)
