#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs a benchmark program and holds its rows against the targets of benchmarks/claims.json.

bench_report.py [--check] <suite> <program> [options of the program]
A row is {name, ours_ns, reference, reference_ns}, one JSON object per line of what the program prints. A claim is {id, name,
reference, target}, with * in names; it is met where ours / reference <= target. One with "mean" is about the geometric mean
of its rows.
Prints a table, writes build/bench/<suite>.json, draws out/<suite>_<reference>.svg; leaves with 1 if the program fails or,
with --check, if a target is missed.
"""
import fnmatch
import json
import math
import pathlib
import subprocess
import sys

import bench_plot

ROOT = pathlib.Path(__file__).resolve().parent.parent


def covers(claim, row):
    return all(fnmatch.fnmatchcase(row[key], claim[key]) for key in ("name", "reference"))


def finished(row, claims):
    """the row with its ratio and the first target that covers it"""
    claim = next((c for c in claims if covers(c, row) and not c.get("mean")), {})
    ratio = row["ours_ns"] / row["reference_ns"]
    return {**row, "ratio": round(ratio, 3), "target": claim.get("target"), "id": claim.get("id"),
            "met": ratio <= claim.get("target", math.inf)}


def geometric_mean(values):
    return math.exp(sum(map(math.log, values)) / len(values))


def mean_of(claim, rows):
    covered = [row for row in rows if covers(claim, row)]
    row = {"name": f"geometric mean of {len(covered)}", "reference": claim["reference"],
           **{key: geometric_mean([r[key] for r in covered]) for key in ("ours_ns", "reference_ns")}}
    return finished(row, [{**claim, "name": "*", "mean": False}])


def show(row):
    target = "" if row["target"] is None else f" of {row['target']:<6g}{'met' if row['met'] else 'MISSED'}"
    print(f"{row['name']:34}{row['ours_ns']:14.1f}  {row['reference']:18}{row['reference_ns']:14.1f}{row['ratio']:9.3f}"
          f"{target}", flush=True)


def rows_of(program, options, claims):
    rows = []
    with subprocess.Popen([program, *options], text=True, stdout=subprocess.PIPE) as run:
        for line in run.stdout:
            rows.append(finished(json.loads(line), claims))
            show(rows[-1])
    if run.returncode != 0:
        sys.exit(1)
    return rows


def main():
    check = "--check" in sys.argv
    suite, program, *options = [argument for argument in sys.argv[1:] if argument != "--check"]
    claims = json.loads((ROOT / "benchmarks/claims.json").read_text())["suites"].get(suite, [])
    rows = rows_of(program, options, claims)
    means = [mean_of(claim, rows) for claim in claims if claim.get("mean") and any(covers(claim, row) for row in rows)]
    for row in means:
        show(row)
    result = ROOT / "build/bench" / f"{suite}.json"
    result.parent.mkdir(parents=True, exist_ok=True)
    result.write_text(json.dumps(rows + means, indent=1) + "\n")
    bench_plot.draw(suite, rows + means, ROOT / "out")
    return 1 if check and not all(row["met"] for row in rows + means) else 0


if __name__ == "__main__":
    sys.exit(main())
