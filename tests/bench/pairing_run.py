#!/usr/bin/env python3
"""A whole pairing run through the API: loading, computing, storing, for a county of about 300,000
households, each with about 60 helpers who may serve it (the area rule is `required`).

    tests/bench/pairing_run.py [--persons 1000000] [--roster FILE.xlsx] [--runs 3]

On SQLite, and on PostgreSQL as well under `tests/with-postgres`. The request is timed by the client; what
each step took the server says in its log. The run of the median time is printed.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
import uuid
from pathlib import Path

HERE = Path(__file__).parent
BINARY = os.environ["QIANSHOU_BIN"]
# As `make_roster.py` names them: a household's number gives its town and its village.
TOWNS, VILLAGES = 14, 400
EACH_SERVES = 14
ELIGIBLE = 60
SKILLS = ("语文", "校医", "养殖", "电工", "数学")


def staff(path, households):
    """A roster of helpers with just about places enough, each for some villages of one town."""
    places = [(town, village) for village in range(VILLAGES) for town in range(TOWNS)
              if (village - town) % 2 == 0]
    helpers = len(places) * ELIGIBLE // EACH_SERVES
    capacity = -(-households // helpers) + 1
    by_town = {town: [village for at, village in places if at == town] for town in range(TOWNS)}
    with open(path, "w", encoding="utf-8") as file:
        file.write("工号,姓名,单位,职级,可帮扶户数,负责镇,负责村,专长\n")
        for helper in range(helpers):
            town = helper % TOWNS
            own = by_town[town]
            first = helper // TOWNS * 5
            villages = "、".join(f"第{own[(first + step) % len(own)]}村" for step in range(EACH_SERVES))
            skill = SKILLS[helper % len(SKILLS)]
            file.write(f"T{helper:06},责任人{helper},示例第{helper // 20}小学,普通,{capacity},示例{town}镇,{villages},{skill}\n")
    return helpers


class Office:
    """The API as one account uses it."""

    def __init__(self, url, password):
        self.url, self.token = url, None
        self.token = self.call("POST", "/sessions", {"username": "admin", "password": password})[0]["token"]

    def call(self, method, path, body=None, **headers):
        """The answer and its `ETag`."""
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        request = urllib.request.Request(
            f"{self.url}/api/v1{path}", method=method, data=body and json.dumps(body).encode(),
            headers={"Content-Type": "application/json", **headers})
        with urllib.request.urlopen(request) as answer:
            return json.load(answer), answer.headers["ETag"]


def qianshou(database, *arguments):
    return subprocess.run([BINARY, *arguments, "--database", database], check=True, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout


def measure(engine, database, folder, roster, helpers_csv, runs):
    qianshou(database, "import", "households", roster)
    qianshou(database, "import", "staff", helpers_csv)
    password = re.findall(r"[A-Za-z0-9]{16}", qianshou(database, "user", "add", "admin", "--role", "administrator"))[-1]
    out, log = Path(folder, "out"), Path(folder, "log")
    with out.open("w") as output, log.open("w") as errors:
        server = subprocess.Popen([BINARY, "serve", "--listen", "127.0.0.1:0", "--database", database],
                                  stdout=output, stderr=errors, env={**os.environ, "RUST_LOG": "info"})
    try:
        while not (listening := re.search(r"^listening on (http\S+?)/?(?:\s|$)", out.read_text(), re.M)):
            if server.poll() is not None:
                sys.exit(log.read_text())
            time.sleep(0.1)
        office = Office(listening.group(1), password)
        settings, tag = office.call("GET", "/settings")
        settings["pairing"]["area_rule"] = "required"
        office.call("PUT", "/settings", settings, **{"If-Match": tag})
        times = []
        for _ in range(runs):
            begun = time.perf_counter()
            run, _ = office.call("POST", "/pairing-runs", {}, **{"Idempotency-Key": str(uuid.uuid4())})
            times.append(time.perf_counter() - begun)
        timings = [dict(re.findall(r"(\w+_seconds)=([\d.]+)", line)) for line in log.read_text().splitlines()
                   if "a pairing run was computed" in line]
        assert len(timings) == runs, log.read_text()
        median = sorted(range(runs), key=times.__getitem__)[runs // 2]
        steps = {step: float(seconds) for step, seconds in timings[median].items()}
        confirmed = time.perf_counter()
        office.call("POST", f"/pairing-runs/{run['id']}/confirm", {})
        confirmed = time.perf_counter() - confirmed
        peak = int(re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{server.pid}/status").read_text()).group(1)) / 1024
    finally:
        server.terminate()
        server.wait()
    whole, solve = times[median], steps["solve_seconds"]
    print(f"{engine:<11}{run['households']:>11}{run['placed']:>9}{whole:>9.2f}"
          f"{steps['read_seconds']:>8.2f}{solve:>8.2f}{steps['store_seconds']:>8.2f}"
          f"{whole / solve:>7.1f}{confirmed:>9.2f}{peak:>10.0f}", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--persons", type=int, default=1_000_000)
    parser.add_argument("--roster", help="made already by make_roster.py")
    parser.add_argument("--runs", type=int, default=3)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        roster = wanted.roster or f"{folder}/roster.xlsx"
        if not wanted.roster:
            subprocess.run([sys.executable, HERE / "make_roster.py", str(wanted.persons), roster], check=True)
        helpers_csv = f"{folder}/staff.csv"
        helpers = staff(helpers_csv, wanted.persons * 3 // 10)
        print(f"{helpers} helpers; seconds: the whole request, and of it reading, computing, storing")
        print(f"{'engine':<11}{'households':>11}{'placed':>9}{'whole':>9}{'read':>8}{'solve':>8}{'store':>8}"
              f"{'ratio':>7}{'confirm':>9}{'peak MiB':>10}")
        measure("SQLite", f"sqlite:{folder}/bench.db", folder, roster, helpers_csv, wanted.runs)
        if postgres := os.environ.get("QIANSHOU_TEST_POSTGRES"):
            subprocess.run(["psql", "--quiet", f"{postgres}/postgres", "--command", "CREATE DATABASE bench_run"], check=True)
            measure("PostgreSQL", f"{postgres}/bench_run", folder, roster, helpers_csv, wanted.runs)


main()
