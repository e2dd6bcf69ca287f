"""Start a server program, wait until it answers, end it."""

import os
import random
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

import pytest

DEADLINE = 60
#: Below those that the kernel gives to outgoing connections (ip(7), ip_local_port_range).
PORTS = (10_000, 32_000)


def need(program: str, package: str) -> str:
    """Return the path of an installed program; skip the test, or fail it when REQUIRE_ALL is set."""
    found = shutil.which(program, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    return found or missing(program, package)


def missing(what: str, package: str) -> NoReturn:
    """Skip the test that needs something, or fail it when REQUIRE_ALL is set."""
    message = f"{what} is missing: apt-get install {package}"
    if os.environ.get("REQUIRE_ALL"):
        pytest.fail(message)
    pytest.skip(message)


def free_port() -> int:
    """Return a loopback port that nobody listens on, and that no outgoing connection can take meanwhile."""
    while True:
        port = random.SystemRandom().randrange(*PORTS)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


class Server:
    """A child process with its output in a file; usable as a context manager."""

    def __init__(
        self,
        command: Sequence[str],
        ready: Callable[[], object],
        log: Path,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
    ) -> None:
        self._command, self._ready, self.log = command, ready, log
        self._env = None if env is None else dict(env)
        self._cwd = cwd

    def __enter__(self) -> "Server":
        self.start()
        return self

    def start(self) -> None:
        """Start the process, again after it has ended, and wait until it answers."""
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                self._command, stdout=out, stderr=out, env=self._env, cwd=self._cwd, start_new_session=True
            )
        wait_for(self._ready, lambda: self.process.poll() is None, self.log)

    def change(self, variable: str, value: str) -> None:
        """Give the process another environment variable from its next start on."""
        self._env = (dict(os.environ) if self._env is None else self._env) | {variable: value}

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self, timeout: float = 20) -> int:
        """Ask the process to end and return its exit code."""
        self.process.terminate()
        try:
            return self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.kill()
            raise

    def kill(self) -> None:
        """End the process and what it started as a power cut would: none of them holds the port."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def wait_for(ready: Callable[[], object], alive: Callable[[], bool], log: Path) -> None:
    """Poll ``ready`` until it neither raises nor returns False."""
    deadline = time.monotonic() + DEADLINE
    while True:
        try:
            if ready() is not False:
                return
        except Exception as error:
            failure: object = error
        else:
            failure = "not ready"
        if not alive() or time.monotonic() > deadline:
            raise AssertionError(
                f"server did not start: {failure}\n{log.read_text(errors='replace')[-4000:]}"
            )
        time.sleep(0.05)
