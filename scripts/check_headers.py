#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Compiles headers in unusual company.

check_headers.py alone|reverse|hostile|device <header or folder below include/> <compiler> [flags]
  alone    each header by itself, twice
  reverse  the header of every folder, last floor first
  hostile  after the macros that system headers are known to define
  device   through nvcc, as device code
"""
import pathlib
import re
import subprocess
import sys
import tempfile

INCLUDE = pathlib.Path(__file__).resolve().parent.parent / "include"
WARNINGS = "-Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror".split()
# Before every header, as <windows.h> does (libstdc++ removes them again) ...
EARLY = ["min(a, b) ((a) < (b) ? (a) : (b))", "max(a, b) ((a) > (b) ? (a) : (b))"]
# ... and before ours only: std and third-party headers are not ours to mend. <complex.h>, X11, Windows.
LATE = ["I _Complex_I", "Complex 1", "Success 0", "None 0L", "Bool int", "Status int", "True 1", "False 0", "ERROR 0",
        "DELETE 0x10000", "IN", "OUT", "OPTIONAL", "near", "far", "small char", "_A 1"]


def headers_below(entry):
    path = INCLUDE / entry
    return sorted(path.rglob("*.hpp")) if path.is_dir() else [path]


def name_of(path):
    return path.relative_to(INCLUDE).as_posix()


def foreign_includes():
    found = set()
    for path in INCLUDE.rglob("*.hpp"):
        found |= set(re.findall(r"#\s*include\s*<((?!fluxpp/)[^>]+)>", path.read_text()))
    rare = re.compile(r"CImg|png|jpeglib|cuda|cub/|thrust|mpi|nccl|cblas|nlohmann")
    return sorted(header for header in found if not rare.match(header))


def sources(mode, entry):
    """(title, text of a translation unit)"""
    if mode in ("alone", "device"):
        for path in headers_below(entry):
            yield name_of(path), f"#include <{name_of(path)}>\n" * 2
    elif mode == "reverse":
        folders = [path for path in sorted((INCLUDE / entry).iterdir()) if (path / f"{path.name}.hpp").exists()]
        floors = re.findall(r"<fluxpp/(\w+)/\w+\.hpp>", (INCLUDE / "fluxpp/fluxpp.hpp").read_text())
        folders.sort(key=lambda path: floors.index(path.name) if path.name in floors else -1, reverse=True)
        yield "folders in reverse order", "".join(f"#include <fluxpp/{f.name}/{f.name}.hpp>\n" for f in folders)
    else:
        early = "".join(f"#define {macro}\n" for macro in EARLY)
        foreign = "".join(f"#if __has_include(<{h}>)\n#include <{h}>\n#endif\n" for h in foreign_includes())
        late = "".join(f"#define {macro}\n" for macro in LATE)
        yield "hostile macros", early + foreign + late + f"#include <{entry}>\n"


def flags_of(mode, given):
    if mode == "device":
        return ["-std=c++20", "--expt-relaxed-constexpr", "-arch=sm_90", "-c", "-o", "/dev/null", *given]
    # Only our own folder is searched as ours: warnings of other people's headers are not for us. The compiler knows
    # /usr/include, and naming it again would change the order that <cstdlib> relies on.
    foreign = [flag[2:] for flag in given if flag not in (f"-I{INCLUDE}", "-I/usr/include", "-I")]
    return ["-std=c++20", "-fsyntax-only", *WARNINGS, f"-I{INCLUDE}", *(f"-isystem{folder}" for folder in foreign)]


def main():
    mode, entry, compiler, *given = sys.argv[1:]
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        unit = pathlib.Path(folder, "unit.cu" if mode == "device" else "unit.cpp")
        for title, text in sources(mode, entry):
            unit.write_text(text)
            result = subprocess.run([compiler, *flags_of(mode, given), str(unit)], text=True, capture_output=True)
            if result.returncode:
                print(f"{title}: does not compile\n{result.stderr[:3000]}")
                failed += 1
    print(f"{failed} of the translation units failed" if failed else "every translation unit compiles")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
