#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes the single header single_include/fluxpp/fluxpp.hpp from include/fluxpp/fluxpp.hpp, and one extra file for each
header that the umbrella leaves out. --check compares with what is there and exits with 1 when it differs."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
INCLUDE, SINGLE = ROOT / "include", ROOT / "single_include/fluxpp"
UMBRELLA = "fluxpp/fluxpp.hpp"
EXTRAS = {"fluxpp_image.hpp": "fluxpp/io/image.hpp", "fluxpp_thrust.hpp": "fluxpp/eval/thrust.hpp"}
DIRECTIVE = re.compile(r'#\s*include\s*[<"]([^>"]+)[>"]')
CONDITION = re.compile(r"#\s*(if|endif|elif|else)")
UNTOLD = "[multi-include]"  # lines between two such marks belong to the many headers only


class header:
    """One output file: std includes apart, then the text in the order of inclusion."""

    def __init__(self, start, known=()):
        self.start = start  # the header that may choose by #if, and need third-party headers if it is an extra
        self.conditions_of = dict(known)  # fluxpp header -> the conditions under which it was taken in
        self.std, self.lines = set(), []

    def take(self, name, outer=()):
        """The text of a header with its own headers first, each once."""
        if name in self.conditions_of:
            if outer[: len(self.conditions_of[name])] != self.conditions_of[name]:
                sys.exit(f"amalgamate: {name} is needed outside the condition {self.conditions_of[name]} it was taken in")
            return
        self.conditions_of[name] = outer
        conditions, told = [], True
        for number, line in enumerate((INCLUDE / name).read_text().split("\n"), 1):
            if line.strip() == f"// {UNTOLD}":
                told = not told
            elif told and not line.startswith(("#pragma once", "// SPDX-License-Identifier")):
                self.take_line(f"{name}:{number}", line.rstrip(), name, outer, conditions)
        self.lines.append("")

    def take_line(self, place, line, name, outer, conditions):
        condition, include = CONDITION.match(line), DIRECTIVE.match(line)
        if condition:
            if condition[1] == "if":
                conditions.append(line)
            elif condition[1] == "endif":
                conditions.pop()
            else:
                conditions[-1] += line
        foreign = include and ("/" in include[1] or "." in include[1])
        if not include:
            self.lines.append(line)
        elif include[1].startswith("fluxpp/"):
            if conditions and name != self.start:
                sys.exit(f"amalgamate: {place}: a fluxpp header inside #if; only {self.start} may do that")
            self.take(include[1], outer + tuple(conditions))
        elif conditions or (foreign and self.start != UMBRELLA):
            self.lines.append(line)
        elif foreign:
            sys.exit(f"amalgamate: {place}: <{include[1]}> must stand behind __has_include")
        else:
            self.std.add(include[1])

    def text(self, start):
        body = re.sub(r"\n{3,}", "\n\n", "\n".join(self.lines)).strip("\n")
        std = "".join(f"#include <{name}>\n" for name in sorted(self.std))
        return f"{start}\n{std}\n{body}\n"


def licence():
    text = (ROOT / "LICENSE").read_text().rstrip("\n")
    return "\n".join(f"// {line}".rstrip() for line in text.split("\n"))


def version():
    text = (INCLUDE / "fluxpp/core/version.hpp").read_text()
    return ".".join(re.search(rf"FLUXPP_VERSION_{part} (\d+)", text)[1] for part in ("MAJOR", "MINOR", "PATCH"))


def outputs():
    """file name -> text"""
    top = f"// SPDX-License-Identifier: MIT\n// fluxpp {version()}, generated: edit include/fluxpp.\n//\n{licence()}\n#pragma once\n"
    guard = ('\n#ifdef FLUXPP_MULTI_INCLUDE\n#error "fluxpp: the single header and the headers of include/fluxpp meet in one '
             'program; include only one of the two"\n#endif\n#define FLUXPP_SINGLE_INCLUDE\n')
    main = header(UMBRELLA)
    main.take(UMBRELLA)
    yield "fluxpp.hpp", main.text(top + guard)
    for file, name in EXTRAS.items():
        if (INCLUDE / name).exists():
            extra = header(name, {known: () for known in main.conditions_of})
            extra.take(name)
            yield file, extra.text(top + '\n#include "fluxpp.hpp"\n')


def main():
    if not (INCLUDE / UMBRELLA).exists():
        print("amalgamate: no umbrella yet, nothing to do")
        return 0
    stale = []
    for file, text in outputs():
        path = SINGLE / file
        if "--check" in sys.argv:
            stale += [] if path.exists() and path.read_text() == text else [file]
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
    print(f"amalgamate: stale: {' '.join(stale)}; run scripts/amalgamate.py" if stale else "amalgamate: single_include is current")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
