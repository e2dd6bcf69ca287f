"""A MariaDB of our own."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pymysql

from tests.support.servers.process import Server, free_port, need


@contextmanager
def mariadb(folder: Path, *options: str) -> Iterator[str]:
    """Run MariaDB in ``folder``, yield its address without a database name, and take its data away."""
    server, url = prepared(folder, *options)
    with server:
        yield url
    shutil.rmtree(folder / "data")


def prepared(folder: Path, *options: str) -> tuple[Server, str]:
    """Return a MariaDB that does not run yet and the address it will have."""
    daemon, install = need("mariadbd", "mariadb-server"), need("mariadb-install-db", "mariadb-server")
    data, port = folder / "data", free_port()
    (folder / "tmp").mkdir(exist_ok=True)  # one that starts empties its folder of temporary tables
    prepare = [install, "--no-defaults", f"--datadir={data}", "--user=root", "--skip-test-db"]
    prepare += ["--auth-root-authentication-method=normal", f"--tmpdir={folder / 'tmp'}"]
    subprocess.run(prepare, check=True, capture_output=True)
    command = [daemon, "--no-defaults", f"--datadir={data}", "--user=root", f"--port={port}"]
    command += ["--bind-address=127.0.0.1", f"--socket={folder / 'socket'}", f"--pid-file={folder / 'pid'}"]
    command += [f"--tmpdir={folder / 'tmp'}", "--innodb-flush-log-at-trx-commit=0", *options]
    connect = {"host": "127.0.0.1", "port": port, "user": "root"}
    server = Server(command, lambda: pymysql.connect(**connect).close(), folder / "mariadb.log")
    return server, f"mariadb://root@127.0.0.1:{port}"


def create_database(server: str, name: str) -> str:
    """Make an empty database and return its address."""
    port = int(server.rsplit(":", 1)[1])
    with pymysql.connect(host="127.0.0.1", port=port, user="root") as connection:
        cursor = connection.cursor()
        cursor.execute("SET foreign_key_checks = 0")  # else a table others refer to stays
        cursor.execute(f"CREATE OR REPLACE DATABASE `{name}`")
    return f"{server}/{name}"
