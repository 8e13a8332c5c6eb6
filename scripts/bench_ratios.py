#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs a benchmark program and prints our time over the yardstick's, beside the targets of benchmarks/claims.json.

bench_ratios.py [--check] <suite> <program>. Both halves of a ratio run in one process, interleaved at random, and the least
CPU time of each counts. A claim of a suite: {"name", "ours", "peer", "target"}, with the names of Google Benchmark;
it is met when ours / peer <= target. Writes build/bench/<suite>.json.
"""
import json
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
RUN = ["--benchmark_enable_random_interleaving=true", "--benchmark_repetitions=7", "--benchmark_min_time=0.05",
       "--benchmark_format=json"]


def least_times(program):
    """name -> least CPU nanoseconds over the repetitions"""
    text = subprocess.run([program, *RUN], text=True, stdout=subprocess.PIPE, check=True).stdout
    unit = {"ns": 1, "us": 1e3, "ms": 1e6, "s": 1e9}
    least = {}
    for run in json.loads(text)["benchmarks"]:
        if run["run_type"] == "iteration":
            time = run["cpu_time"] * unit[run["time_unit"]]
            least[run["run_name"]] = min(time, least.get(run["run_name"], time))
    return least


def row_of(claim, times):
    ours, peer = times[claim["ours"]], times[claim["peer"]]
    return {"name": claim["name"], "ratio": round(ours / peer, 3), "target": claim["target"],
            "met": ours / peer <= claim["target"], "ours_ns": ours, "peer_ns": peer, "peer": claim["peer"]}


def main():
    check = "--check" in sys.argv
    suite, program = [argument for argument in sys.argv[1:] if argument != "--check"]
    claims = json.loads((ROOT / "benchmarks/claims.json").read_text())["ratios"].get(suite, [])
    times = least_times(program)
    for name, time in times.items():
        print(f"{name:50}{time:14.1f} ns")
    rows = [row_of(claim, times) for claim in claims]
    for row in rows:
        print(f"{row['name']:50}{row['ratio']:8.3f} of {row['target']:<8g}{'met' if row['met'] else 'MISSED'}")
    result = ROOT / "build/bench" / f"{suite}.json"
    result.parent.mkdir(parents=True, exist_ok=True)
    result.write_text(json.dumps(rows, indent=1) + "\n")
    return 1 if check and not all(row["met"] for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
