#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Reads object files: the longest symbol stays below 1,000 characters, and no object of fluxpp:: is writable at run time
except the thread pool."""
import subprocess
import sys

LONGEST = 1000
WRITABLE = (".data", ".bss", ".tdata", ".tbss")
ALLOWED = "pool"


def symbols(objects):
    """(section, mangled name) of every symbol."""
    table = subprocess.run(["objdump", "-t", *objects], text=True, capture_output=True, check=True).stdout
    for line in table.split("\n"):
        if "\t" in line:
            before, after = line.split("\t", 1)
            yield before.split()[-1], after.split()[-1]


def is_ours(name):
    return "6fluxpp" in name and not name.startswith(("_ZTI", "_ZTV", "_ZTS"))


def main():
    found = list(symbols(sys.argv[1:]))
    longest = max((name for _, name in found), key=len, default="")
    writable = sorted({name for section, name in found if section.startswith(WRITABLE) and ".data.rel.ro" not in section
                       and is_ours(name) and ALLOWED not in name})
    print(f"{len(found)} symbols, the longest has {len(longest)} characters")
    if len(longest) > LONGEST:
        print(f"longer than {LONGEST}: {longest}")
    for name in writable:
        print(f"writable: {name}")
    return 1 if writable or len(longest) > LONGEST else 0


if __name__ == "__main__":
    sys.exit(main())
