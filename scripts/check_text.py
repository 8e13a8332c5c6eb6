#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks the plain text of the repository: licence line, pragma once, blanks, line ends, paths, hidden randomness."""
import pathlib
import re
import sys

CODE = {".hpp", ".cpp", ".cu", ".py", ".cmake"}
SCRIPT_FOLDERS = {"scripts", ".ci"}
TEXT = CODE | {".md", ".txt", ".json", ".in", ""}
SKIP = {".git", "build", "out", "__pycache__"}
MACHINE_PATH = re.compile(r"/(home|work|tmp|root)/\w")
HIDDEN_STATE = re.compile(r"\b(rand|srand|time)\s*\(|\b(random_device|mt19937)")


def files(root):
    for path in sorted(root.rglob("*")):
        if path.is_file() and path.suffix in TEXT and not SKIP & set(path.relative_to(root).parts):
            yield path


def wants_licence(place):
    script = place.suffix == "" and place.parts[0] in SCRIPT_FOLDERS
    return place.suffix in CODE or place.name in {"CMakeLists.txt", ".clang-format", ".clang-tidy"} or script


def code_of(line):
    return re.sub(r'"(\\.|[^"\\])*"', '""', line.split("//")[0])


def faults_of(place, text):
    """(line, fault) for one file."""
    lines = text.split("\n")
    library = place.parts[0] == "include"
    generated = place.parts[0] == "single_include"
    if wants_licence(place) and "SPDX-License-Identifier: MIT" not in "\n".join(lines[:3]):
        yield 1, "no SPDX-License-Identifier: MIT on the first lines"
    if place.suffix == ".hpp" and not generated and "#pragma once" not in lines:
        yield 1, "no #pragma once"
    if "\r" in text:
        yield 1, "carriage returns"
    if not text.endswith("\n") or text.endswith("\n\n"):
        yield len(lines), "must end with exactly one newline"
    for number, line in enumerate(lines, 1):
        if "\t" in line:
            yield number, "tab"
        if line != line.rstrip():
            yield number, "trailing blank"
        if MACHINE_PATH.search(line):
            yield number, "absolute path of a machine"
        if library and HIDDEN_STATE.search(code_of(line)):
            yield number, "hidden random state or clock: use core/rng.hpp"


def main():
    root = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parent.parent
    found = 0
    for path in files(root):
        place = path.relative_to(root)
        try:
            text = path.read_bytes().decode("utf-8")
        except UnicodeDecodeError:
            print(f"{place}: not UTF-8")
            found += 1
            continue
        for number, fault in faults_of(place, text):
            print(f"{place}:{number}: {fault}")
            found += 1
    print(f"text: {found} faults" if found else "text: every file follows the rules")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
