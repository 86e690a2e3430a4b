#!/usr/bin/env python3
"""Measures the import of a large roster against the same job in Python.

    tests/bench/import.py [--persons 100000] [--runs 3] [--binary target/release/qianshou] [--python python3]

For each engine, turn by turn on a fresh database: `qianshou import households`, with all its checks, and
`peer_import.py`, which checks nothing. On SQLite; on PostgreSQL as well under `tests/with-postgres`.
`--python` needs openpyxl and SQLAlchemy (with psycopg for PostgreSQL). Prints one table with the median
seconds, the ratio and the largest peak of memory.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path

HERE = Path(__file__).parent


def measured(command, **environment):
    """Seconds of wall clock, seconds of CPU and peak memory in MiB of a command."""
    started = time.monotonic()
    process = subprocess.Popen(command, env={**os.environ, **environment}, stdout=subprocess.PIPE)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.monotonic() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{command}: {process.returncode}\n{output.decode()}")
    return seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def fresh(engine, folder):
    """A new database: its address for us and for SQLAlchemy."""
    name = f"bench_{uuid.uuid4().hex}"
    if engine == "SQLite":
        return f"sqlite:{folder}/{name}.db", f"sqlite:///{folder}/{name}.db"
    server = os.environ["QIANSHOU_TEST_POSTGRES"]
    base = server.split("?")[0].rstrip("/")
    root = base if base.count("/") < 3 else base.rsplit("/", 1)[0]
    subprocess.run(["psql", "--quiet", f"{root}/postgres", "--command", f"CREATE DATABASE {name}"], check=True)
    url = f"{root}/{name}"
    return url, url.replace("postgres://", "postgresql+psycopg://").replace("postgresql://", "postgresql+psycopg://")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--persons", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--binary", default=str(HERE.parents[1] / "target" / "release" / "qianshou"))
    parser.add_argument("--python", default=sys.executable)
    options = parser.parse_args()
    engines = ["SQLite"] + (["PostgreSQL"] if "QIANSHOU_TEST_POSTGRES" in os.environ else [])
    with tempfile.TemporaryDirectory() as folder:
        roster = f"{folder}/roster.xlsx"
        subprocess.run([sys.executable, str(HERE / "make_roster.py"), str(options.persons), roster], check=True)
        print(f"{options.persons} persons, {os.path.getsize(roster) / 2**20:.1f} MiB, {options.runs} runs, medians")
        print(f"{'engine':<12}{'program':<36}{'seconds':>9}{'CPU s':>8}{'peak MiB':>10}{'ratio':>7}")
        for engine in engines:
            ours, peers = [], []
            for _ in range(options.runs):
                url, _ = fresh(engine, folder)
                subprocess.run([options.binary, "migrate"], env={**os.environ, "DATABASE_URL": url}, check=True,
                               stdout=subprocess.DEVNULL)
                ours.append(measured([options.binary, "import", "households", roster], DATABASE_URL=url))
                url, peer_url = fresh(engine, folder)
                subprocess.run([options.binary, "migrate"], env={**os.environ, "DATABASE_URL": url}, check=True,
                               stdout=subprocess.DEVNULL)
                peers.append(measured([options.python, str(HERE / "peer_import.py"), peer_url, roster]))
            for program, runs in (("qianshou, all checks", ours), ("openpyxl + SQLAlchemy, no checks", peers)):
                seconds, cpu = (statistics.median(run[index] for run in runs) for index in (0, 1))
                ratio = seconds / statistics.median(run[0] for run in ours)
                peak = max(run[2] for run in runs)
                print(f"{engine:<12}{program:<36}{seconds:>9.2f}{cpu:>8.2f}{peak:>10.0f}{ratio:>7.1f}")


if __name__ == "__main__":
    main()
