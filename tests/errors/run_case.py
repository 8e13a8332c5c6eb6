#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Compiles a program that must not compile, and reads what the compiler says.

run_case.py <case.cpp> <compiler> [flags]
run_case.py --precompile=<folder> <compiler> [flags]    what most cases include; then cases take --precompiled=<folder>
The case says in comments what is expected:
  // expected-error: "a sentence"        must stand in the first ten lines of output (several lines: all of them)
  // max-errors: 1                       (the default)
  // max-chars: 1500                     (the default), counted with paths shortened to file names
  // runner-refuses: "a reason"          for the tests of this runner: it must refuse the case for that reason
One line of the case must be named in the output, and with -DFLUXPP_FIXED the case must compile.
"""
import pathlib
import re
import subprocess
import sys

FIRST_LINES = 10
UMBRELLA, PRECOMPILED = "fluxpp/fluxpp.hpp", "precompiled.hpp"
NOISE = re.compile(r"^\s*(In file included from|from) ")


def directive(text, name, default=None):
    found = re.findall(rf'^//.*?\b{name}: *"?(.*?)"?\s*$', text, re.MULTILINE)
    return found or ([default] if default is not None else [])


def number(text, name, default):
    return int(re.search(rf"\b{name}: *(\d+)|$", text)[1] or default)


def run(*command):
    return subprocess.run(command, text=True, capture_output=True, env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"})


def precompiled_header(folder, compiler):
    """Where a compiler keeps the umbrella: g++ finds it by its name, clang is told."""
    name = pathlib.Path(compiler).name
    return pathlib.Path(folder) / name / (UMBRELLA + (".pch" if "clang" in name else ".gch"))


def precompile(folder, compiler, flags):
    header = precompiled_header(folder, compiler)
    header.parent.mkdir(parents=True, exist_ok=True)
    source = header.parent / PRECOMPILED
    source.write_text(f"#include <{UMBRELLA}>\n")
    result = run(compiler, "-std=c++20", *flags, "-x", "c++-header", str(source), "-o", str(header))
    print(result.stderr)
    return result.returncode


def use_precompiled(folder, compiler, case):
    if re.search(r"#include <(.*)>|$", case.read_text())[1] != UMBRELLA:
        return []
    header = precompiled_header(folder, compiler)
    return ["-include-pch", str(header)] if header.suffix == ".pch" else [f"-I{header.parents[1]}"]


def compile_case(compiler, flags, case):
    language = ["-c", "-o", "/dev/null"] if "nvcc" in pathlib.Path(compiler).name else ["-fsyntax-only"]
    result = run(compiler, "-std=c++20", *language, *flags, str(case))
    output = re.sub(r"(?<![\w.])/[^\s:'\"]*/", "", result.stderr + result.stdout)
    return result.returncode, re.sub(rf".*from {PRECOMPILED}:.*\n", "", output)


def refusals(case, compiler, flags):
    """What is wrong with the case; nothing when it behaves as it says."""
    text = case.read_text()
    sentences = directive(text, "expected-error")
    code, output = compile_case(compiler, flags, case)
    lines = [line for line in output.split("\n") if not NOISE.match(line)]
    head = "\n".join(lines[:FIRST_LINES])
    errors = len(re.findall(r"\berror:", output))
    most_errors, most_characters = number(text, "max-errors", 1), number(text, "max-chars", 1500)

    if not sentences:
        yield "the case has no expected-error line"
    if code == 0:
        yield "it compiles"
        return
    for sentence in sentences:
        if sentence not in head:
            yield f"the sentence is not in the first {FIRST_LINES} lines: {sentence}"
    if errors > most_errors:
        yield f"{errors} errors, at most {most_errors} allowed"
    if len(output) > most_characters:
        yield f"{len(output)} characters, at most {most_characters} allowed"
    if not re.search(rf"\b{re.escape(case.name)}[:(]\d+", output):
        yield "no line of the case is named"
    code, fixed = compile_case(compiler, [*flags, "-DFLUXPP_FIXED"], case)
    if code:
        yield "the corrected twin does not compile:\n" + fixed[:2000]
    print(f"{errors} errors, {len(output)} characters\n{output[:4000]}")


def main():
    case, compiler, *flags = sys.argv[1:]
    if case.startswith("--precompile="):
        return precompile(case.partition("=")[2], compiler, flags)
    case = pathlib.Path(case)
    folders = [flag.partition("=")[2] for flag in flags if flag.startswith("--precompiled=")]
    flags = [flag for flag in flags if not flag.startswith("--precompiled=")]
    flags = [*(flag for folder in folders for flag in use_precompiled(folder, compiler, case)), *flags]
    found = list(refusals(case, compiler, flags))
    for refusal in found:
        print(f"{case.name}: {refusal}")
    expected = directive(case.read_text(), "runner-refuses")
    if expected:
        return 0 if any(expected[0] in refusal for refusal in found) else 1
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
