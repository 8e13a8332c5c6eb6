#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs a program and compares what it prints with a file: words exactly, numbers within a tolerance.

compare_output.py [--write] <expected.txt> <program> [arguments]. The first line of the file may change the tolerance:
`# rtol 1e-6 atol 1e-9` (these are the defaults); a word `...` in the file stands for any one word. --write makes the file.
"""
import math
import pathlib
import re
import subprocess
import sys

NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*(?:e[-+]?\d+)?|\.\d+(?:e[-+]?\d+)?|nan|inf)", re.IGNORECASE)
WORD = re.compile(rf"(?<![\w.])(?:{NUMBER.pattern})(?![\w.]*\w)|\.\.\.|\w+|\S", re.IGNORECASE)


def same(expected, got, rtol, atol):
    if expected in (got, "..."):
        return True
    if not NUMBER.fullmatch(expected) or not NUMBER.fullmatch(got):
        return False
    a, b = float(expected), float(got)
    return math.isclose(a, b, rel_tol=rtol, abs_tol=atol) or (math.isnan(a) and math.isnan(b))


def tolerances(lines):
    given = re.fullmatch(r"# rtol (\S+) atol (\S+)", lines[0]) if lines else None
    return (float(given[1]), float(given[2]), lines[1:]) if given else (1e-6, 1e-9, lines)


def differences(expected, got, rtol, atol):
    for number, (left, right) in enumerate(zip(expected, got), 1):
        words, printed = WORD.findall(left), WORD.findall(right)
        if len(words) != len(printed) or not all(same(a, b, rtol, atol) for a, b in zip(words, printed)):
            yield f"line {number}\n  expected  {left}\n  printed   {right}"
    if len(expected) != len(got):
        yield f"{len(expected)} lines expected, {len(got)} printed"


def main():
    arguments = sys.argv[1:]
    write = arguments[0] == "--write"
    path, *command = arguments[write:]
    path = pathlib.Path(path)
    result = subprocess.run(command, text=True, capture_output=True)
    print(result.stdout + result.stderr, end="")
    if result.returncode:
        print(f"the program left with code {result.returncode}")
        return 1
    if write:
        path.write_text(result.stdout)
        return 0
    rtol, atol, expected = tolerances(path.read_text().rstrip("\n").split("\n"))
    found = list(differences(expected, result.stdout.rstrip("\n").split("\n"), rtol, atol))
    print("\n".join(found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
