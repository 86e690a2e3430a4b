"""Holds the pairing's solver against OR-Tools' SimpleMinCostFlow on the same networks.

    cargo build --release --example pairing_instance
    pip install ortools
    python tests/bench/pairing.py target/release/examples/pairing_instance --households 2000 20000

Every network is written once as a DIMACS file, and each solver reads it in a process of its own; the
costs must be equal. Times are medians, of the solving alone: the network is in memory (ours) or handed
over (OR-Tools) before the clock starts.

Memory is the most that a process had, by the kernel's count: the program and what it read included. In
brackets what came on top once the file was read. For OR-Tools that leaves Python, the libraries and the
arrays out, but not the copy of the network that it makes of them; we solve the network that was read. To
be strict, hold all of ours against what came on top of theirs.

The networks: `required`, `preferred` and `free` are those of a run, as our program lays them out, for
the rules of areas of that name; with `required` a household has some 45 helpers who may serve it, else
all. After one helper in a hundred has left, the flow is found again from the one before and from scratch;
and, as an office would have it, a whole run finds others for their households alone, where nobody else is
moved, beside one for all households. `pairs` has an arc for each pair that may be, 20 to 100 for each household.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

KINDS = ["required", "preferred", "free", "pairs"]
SIZES = [2_000, 20_000, 100_000, 300_000]
# Households for each helper.
EACH = 6


def memory(kind):
    """Memory of this process, MiB: `VmRSS` what it has now, `VmHWM` the most it had."""
    status = Path("/proc/self/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith(kind))
    return int(line.split()[1]) // 1024


def read(path):
    """The arcs and supplies of a DIMACS file, as OR-Tools wants them."""
    import numpy

    data = Path(path).read_bytes()
    head, arcs = data.split(b"\na ", 1)
    supplies = [line.split()[1:] for line in head.split(b"\n") if line.startswith(b"n ")]
    node, supply = numpy.array(supplies, dtype=numpy.int64).T
    arcs = numpy.fromstring(arcs.replace(b"a ", b""), sep=" ", dtype=numpy.int64)
    tail, head, _, capacity, cost = arcs.reshape(-1, 5).T
    ends = [(nodes - 1).astype(numpy.int32) for nodes in (tail, head)]
    return *ends, capacity.copy(), cost.copy(), (node - 1).astype(numpy.int32), supply


def peer(path):
    """Solves a file with OR-Tools, and prints what our program prints of it."""
    from ortools.graph.python import min_cost_flow

    tail, head, capacity, cost, node, supply = read(path)
    # From here on the kernel counts the most anew.
    Path("/proc/self/clear_refs").write_text("5")
    before = memory("VmRSS")
    solver = min_cost_flow.SimpleMinCostFlow()
    solver.add_arcs_with_capacity_and_unit_cost(tail, head, capacity, cost)
    solver.set_nodes_supplies(node, supply)
    started = time.perf_counter()
    status = solver.solve()
    seconds = time.perf_counter() - started
    peak = memory("VmHWM")
    assert status == solver.OPTIMAL, status
    answer = {
        "cost": solver.optimal_cost(),
        "solve_seconds": seconds,
        "read_mib": before,
        "peak_mib": peak,
    }
    print(json.dumps(answer))


def asked(*command):
    return json.loads(subprocess.check_output([str(word) for word in command]))


def median(answers, *names):
    figures = []
    for answer in answers:
        for name in names:
            answer = answer[name]
        figures.append(answer)
    return statistics.median(figures)


def memories(answers):
    most, read = median(answers, "peak_mib"), median(answers, "read_mib")
    return f"{most:.0f} MiB ({most - read:.0f})"


def measure(program, kind, households, runs, folder):
    """One line of the table."""
    path = Path(folder) / f"{kind}-{households}.min"
    made = asked(program, "write", kind, households, households // EACH, path)
    ours = [asked(program, "solve", path) for _ in range(runs)]
    theirs = [asked(sys.executable, __file__, "--peer", path) for _ in range(runs)]
    path.unlink()
    costs = {answer["cost"] for answer in ours + theirs}
    assert len(costs) == 1, f"{kind}, {households} households: {costs}"
    mine, peers = median(ours, "solve_seconds"), median(theirs, "solve_seconds")
    again = median(ours, "after_leaving", "from_former_seconds")
    anew = median(ours, "after_leaving", "from_scratch_seconds")
    return (
        f"| {households} | {kind} | {made['eligible']:.0f} | {ours[0]['nodes']} | {ours[0]['arcs']} "
        f"| {mine * 1000:.1f} ms | {peers * 1000:.1f} ms | {peers / mine:.1f} "
        f"| {memories(ours)} | {memories(theirs)} "
        f"| {again * 1000:.1f} ms | {anew * 1000:.1f} ms | {anew / again:.1f} "
        f"| {paired_again(made)} |"
    )


def paired_again(made):
    """What a run for the households of those who left takes beside one for all."""
    if "after_leaving" not in made:
        return "| |"
    theirs, everyone = (made["after_leaving"][f"{whose}_seconds"] for whose in ("theirs", "all"))
    return f"{theirs * 1000:.1f} ms | {everyone * 1000:.1f} ms | {everyone / theirs:.1f}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program", nargs="?", help="the example pairing_instance")
    parser.add_argument("--households", type=int, nargs="+", default=SIZES)
    parser.add_argument("--kinds", choices=KINDS, nargs="+", default=KINDS)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--peer", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.peer:
        return peer(options.peer)
    print(
        "| households | network | helpers who may serve each | nodes | arcs | qianshou | OR-Tools "
        "| times as long | memory | OR-Tools | after 1% of helpers leave | from scratch | times as long "
        "| a run for their households | a run for all | times as long |"
    )
    print("| ---: | --- |" + " ---: |" * 14)
    with tempfile.TemporaryDirectory() as folder:
        for households in options.households:
            for kind in options.kinds:
                print(measure(options.program, kind, households, options.runs, folder), flush=True)


if __name__ == "__main__":
    main()
