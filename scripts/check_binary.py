#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Reads a program: stripped it stays below 2 MB, and it needs nothing at run time but the libraries of C and C++ and libpng."""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

LARGEST = 2_000_000
ALLOWED = ("libc.", "libstdc++.", "libm.", "libgcc_s.", "libpng", "libz.", "ld-linux")


def main():
    program = sys.argv[1]
    with tempfile.TemporaryDirectory() as folder:
        copy = shutil.copy(program, folder)
        subprocess.run(["strip", copy], check=True)
        size = pathlib.Path(copy).stat().st_size
    dynamic = subprocess.run(["readelf", "-d", program], text=True, capture_output=True, check=True).stdout
    needed = re.findall(r"NEEDED.*\[(.*)\]", dynamic)
    foreign = [library for library in needed if not library.startswith(ALLOWED)]
    print(f"{size / 1e6:.2f} MB stripped; needs {' '.join(needed)}")
    if size >= LARGEST:
        print(f"at most {LARGEST / 1e6} MB are allowed")
    if foreign:
        print("not allowed:", *foreign)
    return 1 if foreign or size >= LARGEST else 0


if __name__ == "__main__":
    sys.exit(main())
