"""An nginx in front of a site, with TLS, that passes as much as it is told to."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests
import urllib3

from tests.support.servers.process import Server, free_port, need

_CONFIGURATION = """
daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/nginx-error.log;
events {{ worker_connections 256; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port} ssl;
    ssl_certificate {folder}/nginx.pem; ssl_certificate_key {folder}/nginx.key;
    location / {{
      proxy_pass http://127.0.0.1:{target}; proxy_http_version 1.1;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_set_header X-Forwarded-Proto https;
      {passed}
    }}
  }}
}}
"""
#: What docs/deploy.md has passed besides: the name people use, and the upgrade of the live page.
HOST = "proxy_set_header Host $http_host;"
UPGRADE = "proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade;"


@contextmanager
def nginx(folder: Path, port: int, target: int, *passed: str) -> Iterator[str]:
    """Run nginx on ``port`` before ``target`` and yield its https address; it passes what ``passed`` says."""
    program = need("nginx", "nginx-light")
    _certify(folder)
    text = _CONFIGURATION.format(folder=folder, port=port, target=target, passed=" ".join(passed))
    (folder / "nginx.conf").write_text(text)
    address = f"https://127.0.0.1:{port}"
    command = [program, "-p", str(folder), "-c", str(folder / "nginx.conf")]
    with Server(command, lambda: _answers(address), folder / "nginx.log"):
        yield address


def _certify(folder: Path) -> None:
    request = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=127.0.0.1",
    ]
    files = ["-keyout", str(folder / "nginx.key"), "-out", str(folder / "nginx.pem")]
    subprocess.run([*request, *files], check=True, capture_output=True)


def _answers(address: str) -> bool:
    with urllib3.warnings.catch_warnings():
        urllib3.disable_warnings()
        return requests.get(f"{address}/healthz", verify=False, timeout=5).status_code < 600


__all__ = ["HOST", "UPGRADE", "free_port", "nginx"]
