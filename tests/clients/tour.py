"""Runs the README's tour as it is written, against a fresh `qianshou serve`.

Only what a reader puts in by hand is put in: the password that the service prints, and a port that is
free. Every command must succeed, and none may print `null`: that is what a reader sees who was told
of a field that is not there.
"""

import os
import re
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

README = Path(__file__).resolve().parents[2] / "README.md"
PROGRAM = Path(os.environ["QIANSHOU_BIN"]).resolve()


def blocks(heading: str) -> list[str]:
    """The shell commands that stand under a heading."""
    section = README.read_text(encoding="utf-8").split(f"\n## {heading}\n")[1].split("\n## ")[0]
    return re.findall(r"```sh\n(.*?)```", section, flags=re.DOTALL)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def as_a_reader_would_run(script: str, port: int) -> str:
    start = "qianshou serve &"
    assert script.lstrip().startswith(start), script
    # The reader waits for the password, and copies it.
    waited = """qianshou serve >serve.out 2>serve.err &
server=$!
trap 'kill $server; wait $server || true' EXIT
for try in {1..200}; do grep -q 'listening on' serve.out && break; sleep 0.1; done
password=$(grep -ohE '[A-Za-z0-9]{16}' serve.out serve.err | head -1)
"""
    script = script.replace(start, waited, 1)
    script = script.replace('"password":"…"', '"password":"\'"$password"\'"', 1)
    return script.replace("127.0.0.1:8080", f"127.0.0.1:{port}")


def main() -> None:
    tour = blocks("A tour by curl")
    later = [block for block in blocks("What a roster may look like") if "$import" in block]
    assert len(tour) == 1 and len(later) == 1, "the README's tour is not where it was"
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        demo = Path(folder, "demo")
        quiet = {"check": True, "stdout": subprocess.DEVNULL}
        subprocess.run([PROGRAM, "demo", "--no-serve", "--dir", demo], **quiet)
        office = Path(folder, "office")
        office.mkdir()
        (demo / "household-roster.xlsx").rename(office / "roster.xlsx")
        (demo / "staff-roster.xlsx").rename(office / "staff.xlsx")
        (office / "bin").mkdir()
        (office / "bin" / "qianshou").symlink_to(PROGRAM)
        # A request that is refused is a failure, though curl thinks otherwise.
        script = "\n".join([
            "set -euo pipefail",
            'curl() { command curl --fail-with-body "$@" | tee -a answers; return "${PIPESTATUS[0]}"; }',
            as_a_reader_would_run(tour[0], port),
            later[0],
        ])
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith("QIANSHOU_")
        }
        environment.pop("DATABASE_URL", None)
        environment |= {
            "PATH": f"{office / 'bin'}:{os.environ['PATH']}",
            "QIANSHOU_LISTEN": f"127.0.0.1:{port}",
        }
        run = subprocess.run(
            ["bash", "-c", script],
            cwd=office, env=environment, text=True, capture_output=True, timeout=300,
        )
        print(run.stdout)
        print(run.stderr[-5_000:], file=sys.stderr)
        if run.returncode:
            print((office / "answers").read_text(encoding="utf-8")[-2_000:], file=sys.stderr)
        assert run.returncode == 0, f"the tour ends with {run.returncode}"
        nothing = [line for line in run.stdout.splitlines() if line.strip().strip('"') == "null"]
        assert not nothing, "the tour prints null"
        workbooks = [path.name for path in office.glob("*.xlsx")]
        assert len(workbooks) == 4, f"two rosters, a template and a report: {workbooks}"
    print("the README's tour runs as it is written")


main()
