# SPDX-License-Identifier: MIT
"""The checks of scripts/ find the faults they are made for, and stay silent without them."""
import pathlib
import subprocess
import sys
import tempfile

SCRIPTS = pathlib.Path(__file__).resolve().parents[2] / "scripts"
HEAD = "// SPDX-License-Identifier: MIT\n#pragma once\n"

# (script, file, its text, a part of the complaint or None for silence)
CASES = [
    ("check_floors.py", "graph/a.hpp", "#include <fluxpp/core/shape.hpp>\n", None),
    ("check_floors.py", "graph/a.hpp", "#include <fluxpp/ops/exp.hpp>\n", "graph/ may include: core"),
    ("check_floors.py", "autodiff/a.hpp", "#include <fluxpp/eval/cpu.hpp>\n", "autodiff/ may include"),
    ("check_floors.py", "eval/a.hpp", "#include <fluxpp/autodiff/dual.hpp>\n", "eval/ may include"),
    ("check_floors.py", "vision/a.hpp", "#include <fluxpp/text/lstm.hpp>\n", "vision/ may include"),
    ("check_floors.py", "train/a.hpp", "#include <fluxpp/dist/mpi.hpp>\n", "train/ may include"),
    ("check_floors.py", "core/a.hpp", "#include <fluxpp/fluxpp.hpp>\n", "umbrella"),
    ("check_floors.py", "shelf/a.hpp", "#include <fluxpp/core/shape.hpp>\n", "has no floor"),
    ("check_floors.py", "core/xtensor.hpp", "#include <xtensor/xtensor.hpp>\n", None),
    ("check_floors.py", "nn/a.hpp", "#include <xtensor/xtensor.hpp>\n", "its home is core/xtensor.hpp"),
    ("check_floors.py", "kernels/a.hpp", "  #  include <xsimd/xsimd.hpp>\n", "its home is simd/"),
    ("check_floors.py", "nn/a.hpp", "#include <boost/hana.hpp>\n", "its home is nowhere"),
    ("check_floors.py", "eval/a.hpp", "#include <functional>\n", "its home is"),
    ("check_floors.py", "io/a.hpp", "#include <newcomer/all.hpp>\n", "without a home"),
    ("check_text.py", "include/a.hpp", HEAD, None),
    ("check_text.py", "include/a.hpp", "#pragma once\n", "no SPDX"),
    ("check_text.py", "include/a.hpp", HEAD.replace("#pragma once", "// nothing"), "no #pragma once"),
    ("check_text.py", "include/a.hpp", HEAD + "int a; \n", "trailing blank"),
    ("check_text.py", "include/a.hpp", HEAD + "\tint a;\n", "tab"),
    ("check_text.py", "include/a.hpp", HEAD + "int a;", "one newline"),
    ("check_text.py", "include/a.hpp", HEAD + "std::mt19937 g;\n", "hidden random state"),
    ("check_text.py", "include/a.hpp", HEAD + "auto t = std::time(nullptr);\n", "hidden random state"),
    ("check_text.py", "include/a.hpp", HEAD + "// rand() is what this replaces; time (steps) too\n", None),
    ("check_text.py", "docs/a.md", "see /" + "home/somebody/notes\n", "absolute path"),
    ("check_reach.py", "ops/a.hpp", HEAD, "ops/ops.hpp is missing"),
    ("check_reach.py", "ops/ops.hpp", HEAD, "ops/ops.hpp: not reached from fluxpp.hpp"),
    ("check_reach.py", "dist/dist.hpp", HEAD, None),
    ("check_sizes.py", "core/a.hpp", "int a;\n" * 400, None),
    ("check_sizes.py", "core/a.hpp", "int a;\n" * 401, "need a reason"),
    ("check_sizes.py", "core/a.hpp", "// size: a table\n" + "int a;\n" * 401, None),
]


def main():
    failed = 0
    for script, place, text, complaint in CASES:
        with tempfile.TemporaryDirectory() as root:
            path = pathlib.Path(root, place)
            path.parent.mkdir(parents=True)
            path.write_text(text)
            result = subprocess.run([sys.executable, SCRIPTS / script, root], text=True, capture_output=True)
        silent = complaint is None
        if (result.returncode == 0) != silent or (not silent and complaint not in result.stdout):
            print(f"{script} on {place} {text[:60]!r}: expected {complaint}, printed\n{result.stdout}{result.stderr}")
            failed += 1
    print(f"{len(CASES) - failed} of {len(CASES)} cases as expected")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
