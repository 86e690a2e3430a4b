#!/usr/bin/env python3
"""How long visits wait while many ask for the progress workbook of a county at once: some helpers write
visits again and again, and the median, the 99th percentile and the longest of their waits are printed,
first with nothing else going on, then while the workbooks are made.

    tests/bench/workbooks.py [--persons 100000] [--workbooks 48] [--helpers 4]

On SQLite, and on PostgreSQL as well under `tests/with-postgres`.
"""

import argparse
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
import uuid
from datetime import date
from pathlib import Path

from office import databases, qianshou, served

HERE = Path(__file__).parent


def visit(office, household):
    """Seconds that writing a visit and seeing it in the household's list take."""
    body = {
        "visited_on": date.today().isoformat(), "kind": "home", "met": "head", "situation_confirmed": True,
        "causes_confirmed": True, "measures": [], "benefits": [],
    }
    begun = time.perf_counter()
    office.call("POST", f"/households/{household}/visits", body, **{"Idempotency-Key": str(uuid.uuid4())})
    office.call("GET", f"/visits?household_id={household}&limit=10")
    return time.perf_counter() - begun


def meanwhile(engine, what, office, households, going):
    """Prints how long visits wait as long as something goes on."""
    waits, faults = [], []

    def work(mine):
        while going():
            for household in mine:
                try:
                    waits.append(visit(office, household))
                except urllib.error.HTTPError as error:
                    faults.append(error.read().decode())
                if not going():
                    break
                time.sleep(0.02)

    helpers = [threading.Thread(target=work, args=(mine,)) for mine in households]
    for helper in helpers:
        helper.start()
    for helper in helpers:
        helper.join()
    if not waits:
        sys.exit(faults[-1])
    waits.sort()
    middle, high, longest = (1000 * wait for wait in (waits[len(waits) // 2], waits[len(waits) * 99 // 100], waits[-1]))
    print(f"{engine:<11}{what:<26}{len(waits):>7}{middle:>9.0f}{high:>9.0f}{longest:>9.0f}{len(faults):>8}", flush=True)
    if faults:
        print(faults[-1], flush=True)


def measure(engine, database, roster, staff, wanted):
    qianshou(database, "import", "households", roster)
    qianshou(database, "import", "staff", staff)
    with served(database) as office:
        ids = [household["id"] for household in office.call("GET", "/households?limit=40")[0]["items"]]
        helper = office.call("GET", "/staff?limit=1")[0]["items"][0]["id"]
        for household in ids:
            pairing = {"household_id": household, "staff_id": helper, "from_date": date.today().isoformat(),
                       "reason": "量测"}
            office.call("POST", "/pairings", pairing, **{"Idempotency-Key": household})
        households = [ids[number :: wanted.helpers] for number in range(wanted.helpers)]
        end = time.monotonic() + 5
        meanwhile(engine, "nothing", office, households, lambda: time.monotonic() < end)
        answers = []

        def download():
            begun = time.perf_counter()
            headers = {"Authorization": f"Bearer {office.token}"}
            request = urllib.request.Request(f"{office.url}/api/v1{wanted.path}", headers=headers)
            try:
                with urllib.request.urlopen(request) as answer:
                    answer.read()
                    status = answer.status
            except urllib.error.HTTPError as error:
                status = error.code
            answers.append((status, time.perf_counter() - begun))

        downloads = [threading.Thread(target=download) for _ in range(wanted.workbooks)]
        for one in downloads:
            one.start()
        going = lambda: any(one.is_alive() for one in downloads)
        meanwhile(engine, f"{wanted.workbooks} of {wanted.path}", office, households, going)
        made = sorted(seconds for status, seconds in answers if status == 200)
        others = [status for status, _ in answers if status != 200]
        print(f"{engine:<11}made {len(made)}, the last after {made[-1]:.1f} s; refused {others}; "
              f"peak {office.peak_mib():.0f} MiB", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--persons", type=int, default=100_000)
    parser.add_argument("--roster", help="made already by make_roster.py")
    parser.add_argument("--workbooks", type=int, default=48)
    parser.add_argument("--helpers", type=int, default=4)
    parser.add_argument("--path", default="/reports/progress")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        roster = wanted.roster or f"{folder}/roster.xlsx"
        if not wanted.roster:
            subprocess.run([sys.executable, HERE / "make_roster.py", str(wanted.persons), roster], check=True)
        staff = f"{folder}/staff.csv"
        Path(staff).write_text("工号,姓名,单位,职级,可帮扶户数\nT1,张帮扶,示例小学,普通,100\n")
        print(f"{'engine':<11}{'meanwhile':<26}{'visits':>7}{'median':>9}{'p99':>9}{'longest':>9}{'faults':>8}   ms")
        for engine, database in databases(folder):
            measure(engine, database, roster, staff, wanted)


main()
