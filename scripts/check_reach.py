#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks that every header is listed: each file of a folder is reached from <folder>/<folder>.hpp, and each folder from the
umbrella. An operation that is in ops/ but not in ops/ops.hpp would have no tests."""
import pathlib
import re
import sys

# Not for everybody, by design; nor what they alone need of their folder.
APART = {"core/xtensor.hpp", "io/image.hpp", "io/plot.hpp", "eval/thrust.hpp", "eval/cuda.hpp"}
APART_FOLDERS = {"dist"}
INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]fluxpp/([^>"]+)[>"]', re.MULTILINE)


def reached(root, start):
    """Every header below root that `start` includes, itself included."""
    found, open_ends = set(), [start]
    while open_ends:
        place = open_ends.pop()
        if place not in found and (root / place).exists():
            found.add(place)
            open_ends += INCLUDE.findall((root / place).read_text())
    return found


def faults(root):
    from_umbrella = reached(root, "fluxpp.hpp")
    for folder in sorted(path.name for path in root.iterdir() if path.is_dir()):
        headers = {path.relative_to(root).as_posix() for path in (root / folder).rglob("*.hpp")}
        for place in APART & headers:
            headers -= reached(root, place)
        listed = reached(root, f"{folder}/{folder}.hpp")
        if headers and not listed:
            yield f"{folder}/{folder}.hpp is missing"
            continue
        yield from (f"{place}: not reached from {folder}/{folder}.hpp" for place in sorted(headers - listed))
        if folder not in APART_FOLDERS:
            yield from (f"{place}: not reached from fluxpp.hpp" for place in sorted((headers & listed) - from_umbrella))


def main():
    here = pathlib.Path(__file__).resolve().parent.parent
    found = list(faults(pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else here / "include" / "fluxpp"))
    print("\n".join(found) or "reach: every header is listed")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
