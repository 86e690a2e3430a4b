"""`qianshou export progress` for a county of 35,000 households or so, against openpyxl writing the same
cells in its write-only mode, without styles, counting or a database. Seconds and peak memory."""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).parent
PERSONS = "100000"
BINARY = os.environ["QIANSHOU_BIN"]
PEER = """
import sys, time
import openpyxl
source = openpyxl.load_workbook(sys.argv[1], read_only=True)
sheets = [(sheet.title, [list(row) for row in sheet.iter_rows(values_only=True)]) for sheet in source]
begun = time.perf_counter()
book = openpyxl.Workbook(write_only=True)
for title, rows in sheets:
    sheet = book.create_sheet(title)
    for row in rows:
        sheet.append(row)
book.save(sys.argv[2])
print(time.perf_counter() - begun, sum(len(rows) for _, rows in sheets))
"""


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        roster, ours, peer = f"{folder}/roster.xlsx", f"{folder}/ours.xlsx", f"{folder}/peer.xlsx"
        environment = {**os.environ, "DATABASE_URL": f"sqlite:{folder}/bench.db"}
        subprocess.run([sys.executable, HERE / "make_roster.py", PERSONS, roster], check=True)
        subprocess.run(
            [BINARY, "import", "households", roster], env=environment, check=True, stdout=subprocess.DEVNULL
        )
        command = [BINARY, "export", "progress", "--out", ours]
        begun = time.perf_counter()
        process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            sys.exit(f"{command}: {process.returncode}")
        output = subprocess.run(
            [sys.executable, "-c", PEER, ours, peer], check=True, stdout=subprocess.PIPE, text=True
        ).stdout.split()
        peer_seconds, rows = float(output[0]), int(output[1])
        size = os.path.getsize(ours) / 2**20
        print(f"{rows} rows, {size:.1f} MiB")
        print(f"{'program':<44}{'seconds':>9}{'peak MiB':>10}{'ratio':>7}")
        print(f"{'qianshou export progress, all of it':<44}{seconds:>9.2f}{usage.ru_maxrss / 1024:>10.0f}{1:>7.1f}")
        print(f"{'openpyxl write-only, the same cells alone':<44}{peer_seconds:>9.2f}{'':>10}{peer_seconds / seconds:>7.1f}")


main()
