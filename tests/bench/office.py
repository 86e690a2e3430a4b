"""The service as an office has it: a server of our own, and its API as one account uses it."""

import contextlib
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

BINARY = os.environ["QIANSHOU_BIN"]


def qianshou(database, *arguments):
    """What a command prints."""
    done = subprocess.run([BINARY, *arguments, "--database", database], text=True, capture_output=True)
    if done.returncode:
        sys.exit(f"{done.args}\n{done.stdout}{done.stderr}")
    return done.stdout


def databases(folder):
    """Each engine that is there, and a new database on it."""
    yield "SQLite", f"sqlite:{folder}/bench.db"
    if postgres := os.environ.get("QIANSHOU_TEST_POSTGRES"):
        name = f"bench_{os.getpid()}"
        subprocess.run(["psql", "--quiet", f"{postgres}/postgres", "--command", f"CREATE DATABASE {name}"], check=True)
        yield "PostgreSQL", f"{postgres}/{name}"


class Office:
    """The API as an administrator uses it."""

    def __init__(self, process, log, url, account):
        self.process, self.log, self.url, self.token = process, log, url, None
        self.token = self.call("POST", "/sessions", account)[0]["token"]

    def call(self, method, path, body=None, **headers):
        """The answer and its `ETag`."""
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        headers.setdefault("Content-Type", "application/json")
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/api/v1{path}", method=method, data=data, headers=headers)
        with urllib.request.urlopen(request) as answer:
            return json.load(answer), answer.headers["ETag"]

    def peak_mib(self):
        """The most memory that the server has had."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmHWM:\s+(\d+)", status).group(1)) / 1024


@contextlib.contextmanager
def served(database):
    """An office whose server runs meanwhile."""
    name = f"bench{os.getpid()}"
    made = qianshou(database, "user", "add", name, "--role", "administrator")
    account = {"username": name, "password": re.findall(r"[A-Za-z0-9]{16}", made)[-1]}
    with tempfile.TemporaryDirectory() as folder:
        out, log = Path(folder, "out"), Path(folder, "log")
        with out.open("w") as output, log.open("w") as errors:
            process = subprocess.Popen([BINARY, "serve", "--listen", "127.0.0.1:0", "--database", database],
                                       stdout=output, stderr=errors)
        try:
            while not (listening := re.search(r"^listening on (http\S+?)/?(?:\s|$)", out.read_text(), re.M)):
                if process.poll() is not None:
                    sys.exit(log.read_text())
                time.sleep(0.1)
            yield Office(process, log, listening.group(1), account)
        finally:
            process.terminate()
            process.wait()
