#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Prints the sizes of the library's files. A file over 400 lines needs a line `// size: <reason>`; nothing else fails."""
import pathlib
import statistics
import sys

LOOK_AGAIN, REASON_NEEDED = 250, 400


def reason_of(text):
    return next((line.split("// size:")[1].strip() for line in text.split("\n") if "// size:" in line), "")


def main():
    root = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parent.parent / "include"
    texts = {path.relative_to(root).as_posix(): path.read_text() for path in sorted(root.rglob("*.hpp"))}
    lines = {place: text.count("\n") for place, text in texts.items()}
    folders = {}
    for place, count in lines.items():
        folders.setdefault(pathlib.PurePosixPath(place).parent.as_posix(), []).append(count)

    print(f"{'folder':32}{'files':>7}{'lines':>8}{'median':>8}{'longest':>9}")
    for folder, counts in folders.items():
        print(f"{folder:32}{len(counts):7}{sum(counts):8}{statistics.median(counts):8.0f}{max(counts):9}")
    print(f"{'all':32}{len(lines):7}{sum(lines.values()):8}")

    failed = False
    for place, count in sorted(lines.items(), key=lambda entry: -entry[1]):
        if count > REASON_NEEDED and not reason_of(texts[place]):
            print(f"{place}: {count} lines need a reason, a line `// size: ...`")
            failed = True
        elif count > LOOK_AGAIN:
            print(f"{place}: {count} lines: {reason_of(texts[place]) or 'look again'}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
