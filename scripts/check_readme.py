#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks that the README's code is code that is compiled: its first program is examples/01_gradient.cpp, at most 15 lines,
followed by what that program prints; its network is the one of examples/02_digits.cpp."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent


def region(path, name):
    return (ROOT / path).read_text().split(f"// [{name}]\n")[1]


def faults():
    blocks = re.findall(r"```(\w+)\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    first, output = blocks[0][1], blocks[1][1]
    if first != region("examples/01_gradient.cpp", "readme"):
        yield "the first program is not the region [readme] of examples/01_gradient.cpp"
    if first.count("\n") > 15:
        yield f"the first program has {first.count(chr(10))} lines, 15 at most"
    if output != (ROOT / "examples/expected/01_gradient.txt").read_text():
        yield "the output is not examples/expected/01_gradient.txt"
    if not any(region("examples/02_digits.cpp", "network") in text for _, text in blocks):
        yield "the network is not the region [network] of examples/02_digits.cpp"


if __name__ == "__main__":
    found = list(faults())
    print("\n".join(f"README.md: {fault}" for fault in found) or "readme: every program is one that is compiled")
    sys.exit(1 if found else 0)
