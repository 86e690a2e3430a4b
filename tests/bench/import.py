#!/usr/bin/env python3
"""Measures the import of large rosters against the same job in Python, and against the floor.

    tests/bench/import.py [--persons 10000,100000,1000000] [--runs 1] [--engines SQLite,PostgreSQL]

For each engine and size, turn by turn on a fresh database with the same file (40 columns, each filled):

- `qianshou import households`: preview with all checks, staging, commit, as one office does it;
- the floor: `import_floor.rs`, calamine reads every cell and prepared bulk inserts write the same rows;
- `peer_import.py calamine`: python-calamine, and executemany (SQLite) or COPY (PostgreSQL);
- `peer_import.py openpyxl`: openpyxl read-only and SQLAlchemy Core bulk insert.

The peers and the floor check nothing. On PostgreSQL as well under `tests/with-postgres`. Prints the
median seconds, microseconds a row, the ratio to ours, and the largest peak of memory (proportional set
size of the process and its children, added).
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from pathlib import Path

HERE = Path(__file__).parent
RELEASE = HERE.parents[1] / "target" / "release"


def family(pid):
    """A process and all that it started."""
    yield pid
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        threads = os.listdir(f"/proc/{pid}/task")
        for thread in threads:
            if int(thread) != pid:
                children += Path(f"/proc/{pid}/task/{thread}/children").read_text().split()
    except OSError:
        return
    for child in children:
        yield from family(int(child))


def memory(pid):
    """MiB that a process and its children take together."""
    kib = 0
    for member in family(pid):
        try:
            for line in Path(f"/proc/{member}/smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    kib += int(line.split()[1])
        except OSError:
            pass
    return kib / 1024


def measured(command, **environment):
    """Seconds of wall clock, seconds of CPU and peak memory in MiB of a command and its children."""
    started = time.monotonic()
    process = subprocess.Popen(command, env={**os.environ, **environment}, stdout=subprocess.PIPE)
    peak, ended = [0.0], threading.Event()

    def watch():
        while not ended.wait(0.1):
            peak[0] = max(peak[0], memory(process.pid))

    watcher = threading.Thread(target=watch)
    watcher.start()
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.monotonic() - started
    ended.set()
    watcher.join()
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{command}: {process.returncode}\n{output.decode()}")
    return seconds, usage.ru_utime + usage.ru_stime, max(peak[0], usage.ru_maxrss / 1024)


def fresh(engine, folder):
    """A new database with our tables: its address for us and for SQLAlchemy."""
    name = f"bench_{uuid.uuid4().hex}"
    if engine == "SQLite":
        url, peer = f"sqlite:{folder}/{name}.db", f"sqlite:///{folder}/{name}.db"
    else:
        server = os.environ["QIANSHOU_TEST_POSTGRES"]
        base = server.split("?")[0].rstrip("/")
        root = base if base.count("/") < 3 else base.rsplit("/", 1)[0]
        subprocess.run(["psql", "--quiet", f"{root}/postgres", "--command", f"CREATE DATABASE {name}"], check=True)
        url = f"{root}/{name}"
        peer = "postgresql+psycopg://" + url.split("://", 1)[1]
    subprocess.run([RELEASE / "qianshou", "migrate"], env={**os.environ, "DATABASE_URL": url}, check=True,
                   stdout=subprocess.DEVNULL)
    return url, peer


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--persons", default="10000,100000,1000000")
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--engines", default="SQLite,PostgreSQL")
    parser.add_argument("--programs", default="qianshou,floor,calamine,openpyxl")
    options = parser.parse_args()
    programs = {
        "qianshou": ("qianshou, all checks", lambda url, peer, roster: (
            [RELEASE / "qianshou", "import", "households", roster], {"DATABASE_URL": url})),
        "floor": ("floor: calamine + bulk insert", lambda url, peer, roster: (
            [RELEASE / "examples" / "import_floor", url, roster], {})),
        "calamine": ("python-calamine + executemany/COPY", lambda url, peer, roster: (
            [sys.executable, HERE / "peer_import.py", peer, roster, "calamine"], {})),
        "openpyxl": ("openpyxl + SQLAlchemy", lambda url, peer, roster: (
            [sys.executable, HERE / "peer_import.py", peer, roster, "openpyxl"], {})),
    }
    engines = [engine for engine in options.engines.split(",")
               if engine == "SQLite" or "QIANSHOU_TEST_POSTGRES" in os.environ]
    print(f"{'persons':>9} {'engine':<11}{'program':<36}{'seconds':>9}{'CPU s':>8}{'us/row':>8}{'peak MiB':>10}{'ratio':>7}")
    for persons in (int(size) for size in options.persons.split(",")):
        with tempfile.TemporaryDirectory() as folder:
            roster = f"{folder}/roster.xlsx"
            subprocess.run([sys.executable, HERE / "make_roster.py", str(persons), roster, "--full"], check=True)
            for engine in engines:
                runs = {name: [] for name in options.programs.split(",")}
                for _ in range(options.runs):
                    for name, of_program in runs.items():
                        url, peer = fresh(engine, folder)
                        command, environment = programs[name][1](url, peer, roster)
                        of_program.append(measured(command, **environment))
                        if engine == "SQLite":
                            for file in Path(folder).glob("*.db*"):
                                file.unlink()
                ours = None
                for name, of_program in runs.items():
                    seconds, cpu = (statistics.median(run[index] for run in of_program) for index in (0, 1))
                    ours = ours or seconds
                    peak = max(run[2] for run in of_program)
                    print(f"{persons:>9} {engine:<11}{programs[name][0]:<36}{seconds:>9.2f}{cpu:>8.2f}"
                          f"{seconds / persons * 1e6:>8.1f}{peak:>10.0f}{seconds / ours:>7.2f}", flush=True)


if __name__ == "__main__":
    main()
