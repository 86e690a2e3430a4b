#!/usr/bin/env python3
"""A whole pairing run through the API: loading, computing, storing, for a county of about 300,000
households. Each has about 60 helpers who may serve it where areas are `required`; where they are
`preferred`, as the settings have it unless an office changes them, all 12,000 may.

    tests/bench/pairing_run.py [--persons 1000000] [--roster FILE.xlsx] [--runs 3]

On SQLite, and on PostgreSQL as well under `tests/with-postgres`. The request is timed by the client; what
each step took the server says in its log. The run of the median time is printed.
"""

import argparse
import re
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path

from office import databases, qianshou, served

HERE = Path(__file__).parent
# As `make_roster.py` names them: a household's number gives its town and its village.
TOWNS, VILLAGES = 14, 400
EACH_SERVES = 14
ELIGIBLE = 60
# No name holds a digit.
DIGITS = str.maketrans("0123456789", "零一二三四五六七八九")
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
            name = "张" + str(helper).translate(DIGITS)
            skill = SKILLS[helper % len(SKILLS)]
            file.write(f"T{helper:06},{name},示例第{helper // 20}小学,普通,{capacity},示例{town}镇,{villages},{skill}\n")
    return helpers


def measure(engine, database, roster, helpers_csv, runs):
    qianshou(database, "import", "households", roster)
    qianshou(database, "import", "staff", helpers_csv)
    with served(database) as office:
        for rule in ("preferred", "required"):
            settings, tag = office.call("GET", "/settings")
            settings["pairing"]["area_rule"] = rule
            office.call("PUT", "/settings", settings, **{"If-Match": tag})
            times = []
            for _ in range(runs):
                begun = time.perf_counter()
                run, _ = office.call("POST", "/pairing-runs", {}, **{"Idempotency-Key": str(uuid.uuid4())})
                times.append(time.perf_counter() - begun)
            log = office.log.read_text().splitlines()
            timings = [dict(re.findall(r"(\w+_seconds)=([\d.]+)", line)) for line in log
                       if "a pairing run was computed" in line][-runs:]
            assert len(timings) == runs, log
            median = sorted(range(runs), key=times.__getitem__)[runs // 2]
            read, solve, store = (float(timings[median][f"{step}_seconds"]) for step in ("read", "solve", "store"))
            whole = times[median]
            print(f"{engine:<11}{rule:<10}{run['households']:>11}{run['placed']:>9}{whole:>9.2f}{read:>8.2f}{solve:>8.2f}"
                  f"{store:>8.2f}{whole / solve:>7.1f}{office.peak_mib():>10.0f}", flush=True)
        begun = time.perf_counter()
        office.call("POST", f"/pairing-runs/{run['id']}/confirm", {})
        print(f"{engine:<11}confirmed in {time.perf_counter() - begun:.2f} s", flush=True)


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
        print(f"{'engine':<11}{'areas':<10}{'households':>11}{'placed':>9}{'whole':>9}{'read':>8}{'solve':>8}{'store':>8}"
              f"{'ratio':>7}{'peak MiB':>10}")
        for engine, database in databases(folder):
            measure(engine, database, roster, helpers_csv, wanted.runs)


main()
