#!/usr/bin/env python3
"""How long others wait while one office takes a large roster in: an account writes a little thing again
and again, and the longest and the 99th percentile of its waits are printed.

    tests/bench/stall.py [--persons 1000000] [--roster FILE.xlsx]

On SQLite, and on PostgreSQL as well under `tests/with-postgres`.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from office import databases, served

HERE = Path(__file__).parent
PLAN = {"target": 20, "line_fen": 600_000}
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def write(office):
    """Seconds that a small write waits."""
    begun = time.perf_counter()
    office.call("PUT", "/year-plans/2026", PLAN, **{"If-Match": "*"})
    return time.perf_counter() - begun


def meanwhile(engine, what, office, going):
    """Prints how long writes wait as long as something goes on."""
    waits = []
    while not waits or going():
        waits.append(write(office))
        time.sleep(0.02)
    waits.sort()
    middle, high, longest = (1000 * wait for wait in (waits[len(waits) // 2], waits[len(waits) * 99 // 100], waits[-1]))
    print(f"{engine:<11}{what:<22}{len(waits):>7}{middle:>9.0f}{high:>9.0f}{longest:>9.0f}", flush=True)


def curl(office, path, *options):
    """A request of another account's, under way."""
    command = ["curl", "--silent", "--header", f"Authorization: Bearer {office.token}", *options, f"{office.url}/api/v1{path}"]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def measure(engine, database, roster):
    with served(database) as office:
        end = time.monotonic() + 5
        meanwhile(engine, "nothing", office, lambda: time.monotonic() < end)
        upload = curl(office, "/imports/households", "--form", f"file=@{roster};type={XLSX}")
        meanwhile(engine, "upload", office, lambda: upload.poll() is None)
        job = f"/imports/{json.load(upload.stdout)['id']}"

        def state():
            return office.call("GET", job)[0]["state"]

        meanwhile(engine, "reading and checking", office, lambda: state() in ("queued", "reading", "checking"))
        assert state() == "ready", state()
        json_body = ("--header", "Content-Type: application/json", "--data", "{}")
        commit = curl(office, f"{job}/commit", "--request", "POST", "--header", "If-Match: *", *json_body)
        meanwhile(engine, "commit", office, lambda: commit.poll() is None)
        assert state() == "committed", commit.stdout.read()
        end = time.monotonic() + 15
        meanwhile(engine, "clearing away", office, lambda: time.monotonic() < end)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--persons", type=int, default=1_000_000)
    parser.add_argument("--roster", help="made already by make_roster.py")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        roster = wanted.roster or f"{folder}/roster.xlsx"
        if not wanted.roster:
            command = [sys.executable, HERE / "make_roster.py", str(wanted.persons), roster, "--full"]
            subprocess.run(command, check=True)
        print(f"{'engine':<11}{'meanwhile':<22}{'writes':>7}{'median':>9}{'p99':>9}{'longest':>9}   ms")
        for engine, database in databases(folder):
            measure(engine, database, roster)


main()
