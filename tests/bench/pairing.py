"""Holds the pairing's solver against OR-Tools' SimpleMinCostFlow on the same networks.

    cargo build --release --example pairing_instance
    pip install ortools
    python tests/bench/pairing.py target/release/examples/pairing_instance

Both solve the same DIMACS files. The cost must be equal; times are medians of five, of the solving
alone: the network is laid out (ours) or handed over (OR-Tools) before the clock starts.
"""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy
from ortools.graph.python import min_cost_flow

SIZES = [(300, 120), (2_000, 300), (35_000, 1_000), (100_000, 3_000)]
RULES = ["required", "preferred", "free"]
RUNS = 5


def read(path):
    """The arcs and supplies of a DIMACS file, as OR-Tools wants them."""
    arcs, supplies = [], []
    with open(path) as file:
        for line in file:
            if line[0] == "a":
                arcs.append([int(word) for word in line.split()[1:]])
            elif line[0] == "n":
                supplies.append([int(word) for word in line.split()[1:]])
    tail, head, _, capacity, cost = numpy.array(arcs).T
    node, supply = numpy.array(supplies).T
    return tail - 1, head - 1, capacity, cost, node - 1, supply


def peer(path):
    """OR-Tools' cost and median time."""
    tail, head, capacity, cost, node, supply = read(path)
    seconds = []
    for _ in range(RUNS):
        solver = min_cost_flow.SimpleMinCostFlow()
        solver.add_arcs_with_capacity_and_unit_cost(tail, head, capacity, cost)
        solver.set_nodes_supplies(node, supply)
        started = time.perf_counter()
        status = solver.solve()
        seconds.append(time.perf_counter() - started)
        assert status == solver.OPTIMAL, status
    return solver.optimal_cost(), statistics.median(seconds)


def ours(program, households, helpers, rule, path):
    """Our cost and median time; leaves the network at `path`."""
    answers = [
        json.loads(subprocess.check_output([program, str(households), str(helpers), rule, path]))
        for _ in range(RUNS)
    ]
    seconds = statistics.median(answer["solve_seconds"] for answer in answers)
    return answers[0], seconds


def main():
    program = sys.argv[1]
    print("| households | helpers | areas | nodes | arcs | qianshou | OR-Tools | ratio |")
    print("| ---: | ---: | --- | ---: | ---: | ---: | ---: | ---: |")
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "county.min")
        for households, helpers in SIZES:
            for rule in RULES:
                answer, mine = ours(program, households, helpers, rule, path)
                cost, theirs = peer(path)
                assert cost == answer["cost"], (cost, answer)
                print(
                    f"| {households} | {helpers} | {rule} | {answer['nodes']} | {answer['arcs']} "
                    f"| {mine * 1000:.1f} ms | {theirs * 1000:.1f} ms | {mine / theirs:.2f} |",
                    flush=True,
                )


if __name__ == "__main__":
    main()
