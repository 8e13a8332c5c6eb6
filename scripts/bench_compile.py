#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Measures what programs cost to compile: user CPU seconds and peak memory, beside the budgets of benchmarks/claims.json.

bench_compile.py [--check] [--repeat N] [program...]. A program is any .cpp of benchmarks/compile; claims.json adds
budgets, programs that live elsewhere, and sizes (one run per size, given by a -D). Writes build/bench/compile.json.
"""
import argparse
import json
import math
import multiprocessing
import pathlib
import resource
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
NVCC = shutil.which("nvcc") or shutil.which("nvcc", path="/usr/local/cuda/bin")
COMPILERS = {"g++": ["g++"], "clang++": [shutil.which("clang++-14") or "clang++"], "nvcc": [NVCC or "nvcc", "-x", "cu"]}


def compile_once(command, answer):
    """In a process of its own, so that RUSAGE_CHILDREN sees this compilation only."""
    result = subprocess.run(command, capture_output=True, text=True)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    answer.send((result.returncode, result.stderr, used.ru_utime, used.ru_maxrss / 1024))


def measure(command, repeat):
    """Least seconds and megabytes of `repeat` compilations."""
    runs = []
    for _ in range(repeat):
        receive, send = multiprocessing.Pipe(duplex=False)
        process = multiprocessing.Process(target=compile_once, args=(command, send))
        process.start()
        code, text, seconds, megabytes = receive.recv()
        process.join()
        if code:
            raise RuntimeError(text[:2000])
        runs.append((seconds, megabytes))
    return min(seconds for seconds, _ in runs), min(megabytes for _, megabytes in runs)


def programs(claims):
    """name -> (source, claim)"""
    found = {path.stem: (path, {}) for path in sorted((ROOT / "benchmarks/compile").glob("*.cpp"))}
    for name, claim in claims["programs"].items():
        source = ROOT / claim.get("source", f"benchmarks/compile/{name}.cpp")
        if source.exists():
            found[name] = (source, claim)
    return found


def command_of(compiler, source, flags, target):
    command = [*COMPILERS[compiler], "-std=c++20", "-O2", f"-I{ROOT / 'include'}", *flags]
    if shutil.which("pkg-config"):
        packages = subprocess.run(["pkg-config", "--cflags", "xtensor", "xsimd"], capture_output=True, text=True)
        command += packages.stdout.split() if packages.returncode == 0 else []
    return [*command, "-c", str(source), "-o", target]


def measure_program(name, source, claim, compiler, repeat):
    """One row per size; a program without sizes is one row."""
    for size in claim.get("sizes", [None]):
        flags = [f"-D{claim['define']}={size}"] if size else []
        with tempfile.TemporaryDirectory() as folder:
            seconds, megabytes = measure(command_of(compiler, source, flags, f"{folder}/program.o"), repeat)
        yield {"name": f"{name}/{size}" if size else name, "compiler": compiler, "size": size,
               "seconds": round(seconds, 3), "megabytes": round(megabytes, 1)}


def growth(rows):
    """The exponent of seconds over size, without the seconds of the smallest program; 0 below the clock's noise."""
    base, first, last = rows[0], rows[1], rows[-1]
    low, high = first["seconds"] - base["seconds"], last["seconds"] - base["seconds"]
    if low <= 0.05 or high <= low:
        return 0.0
    return math.log(high / low) / math.log(last["size"] / first["size"])


def judge(row, measured, budget, what):
    if budget is None:
        return
    met = measured <= budget
    row["claims"] = row.get("claims", []) + [{"what": what, "measured": measured, "budget": budget, "met": met}]


def print_row(row):
    claims = "  ".join(f"{c['what']} {c['measured']:g} of {c['budget']:g}{'' if c['met'] else '  MISSED'}"
                       for c in row.get("claims", []))
    print(f"{row['compiler']:8} {row['name']:20} {row['seconds']:9.2f} s {row['megabytes']:8.0f} MB  {claims}", flush=True)


def bench(compiler, chosen, claims, repeat):
    """All rows of one compiler, judged and printed."""
    budgeted = compiler == claims["budgets_hold_for"]
    if compiler == "nvcc":  # what includes SIMD code is no device code
        chosen = {name: (source, claim) for name, (source, claim) in chosen.items() if claim.get("device")}
    rows = []
    for name, (source, claim) in chosen.items():
        budget = claim if budgeted else {}
        try:
            own = list(measure_program(name, source, claim, compiler, repeat))
        except RuntimeError as error:
            print(f"{compiler}: {name} does not compile\n{error}")
            rows.append({"name": name, "compiler": compiler, "error": str(error)})
            continue
        for row in own:
            judge(row, row["seconds"], budget.get("seconds"), "seconds")
            judge(row, row["megabytes"], budget.get("megabytes"), "megabytes")
        if len(own) > 2:
            judge(own[-1], round(growth(own), 2), budget.get("exponent"), "exponent")
        for row in own:
            print_row(row)
        rows += own
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("programs", nargs="*")
    parser.add_argument("--check", action="store_true", help="exit with 1 when a budget is missed")
    parser.add_argument("--repeat", type=int, default=1, help="compilations per program; the least counts")
    options = parser.parse_args()
    claims = json.loads((ROOT / "benchmarks/claims.json").read_text())["compile"]

    known = programs(claims)
    wanted = options.programs or known
    chosen = {name: known[name] for name in wanted}
    rows = []
    for compiler, command in COMPILERS.items():
        if shutil.which(command[0]):
            rows += bench(compiler, chosen, claims, options.repeat)
        else:
            print(f"{compiler}: not found, skipped")
    result = ROOT / "build/bench/compile.json"
    result.parent.mkdir(parents=True, exist_ok=True)
    result.write_text(json.dumps(rows, indent=1) + "\n")
    missed = [row for row in rows if "error" in row or not all(claim["met"] for claim in row.get("claims", []))]
    print(f"{len(rows)} measured, {len(missed)} missed; build/bench/compile.json")
    return 1 if options.check and missed else 0


if __name__ == "__main__":
    sys.exit(main())
