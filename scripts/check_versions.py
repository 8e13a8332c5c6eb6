#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks that one version stands everywhere: header, change log, vcpkg port, inline namespace."""
import json
import pathlib
import re
import sys


def header_version(root):
    text = (root / "include/fluxpp/core/version.hpp").read_text()
    return ".".join(re.search(rf"FLUXPP_VERSION_{part} (\d+)", text)[1] for part in ("MAJOR", "MINOR", "PATCH"))


def change_log_faults(root, version):
    entries = re.findall(r"^## \[?([^\]\s]+)\]?(.*)$", (root / "CHANGELOG.md").read_text(), re.MULTILINE)
    released = [(name, rest) for name, rest in entries if name != "Unreleased"]
    if not released or released[0][0] != version:
        yield f"CHANGELOG.md: the newest entry is {released[0][0] if released else 'missing'}, the header says {version}"
    for name, rest in released:
        if not re.fullmatch(r" - \d{4}-\d{2}-\d{2}", rest):
            yield f"CHANGELOG.md: entry {name} needs a date, ` - YYYY-MM-DD`"
    order = [tuple(map(int, name.split("."))) for name, _ in released]
    if order != sorted(order, reverse=True):
        yield "CHANGELOG.md: entries must be newest first"


def faults(root):
    version = header_version(root)
    yield from change_log_faults(root, version)
    port = json.loads((root / "packaging/vcpkg/ports/fluxpp/vcpkg.json").read_text())["version-semver"]
    if port != version:
        yield f"vcpkg.json: {port}, the header says {version}"
    inline = "v" + "_".join(version.split(".")[:2])
    for path in sorted((root / "include").rglob("*.hpp")):
        for name in re.findall(r"inline (?:namespace )?(v\d+_\d+)\b", path.read_text()):
            if name != inline:
                yield f"{path.relative_to(root)}: inline namespace {name}, the header says {inline}"


def main():
    root = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parent.parent
    found = list(faults(root))
    print("\n".join(found) or f"versions: {header_version(root)} everywhere")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
