#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks which header includes which: floors of the library, and one home per third-party header."""
import pathlib
import re
import sys

FAMILIES = "vision timeseries text cv render synthesis code".split()
MAY_INCLUDE = {
    "core": "",
    "graph": "core",
    "simd": "core",
    "ops": "core graph",
    "kernels": "core graph simd ops",
    "autodiff": "core graph ops",
    "eval": "core graph ops simd kernels",
    "nn": "core graph ops",
    "optim": "core graph ops autodiff",
    "io": "core",
    "data": "core io",
    "dist": "core eval",
    "train": "core graph simd ops kernels autodiff eval nn optim io data",
}
MAY_INCLUDE |= {family: MAY_INCLUDE["train"] + " train" for family in FAMILIES}
NO_HANA = "core graph simd ops kernels".split()

# (headers, the places below include/fluxpp that may include them); a place is a file or a folder with "/" at its end.
HOMES = [
    (r"xsimd/|immintrin\.h|arm_neon\.h|arm_sve\.h", ["simd/"]),
    (r"xtensor/|xtl/", ["core/xtensor.hpp"]),
    (r"fluxpp/core/xtensor\.hpp", ["eval/arguments.hpp", "io/", "data/"]),
    (r"boost/hana\.hpp", []),
    (r"boost/hana/", [f"{folder}/" for folder in MAY_INCLUDE if folder not in NO_HANA]),
    (r"thrust/|cub/|cuda|cublas|cudnn", ["eval/thrust.hpp", "eval/cuda.hpp"]),
    (r"cblas\.h", ["kernels/gemm_blas.hpp"]),
    (r"CImg\.h", ["io/image.hpp"]),
    (r"png\.h", ["io/png.hpp"]),
    (r"jpeglib\.h", ["io/jpeg.hpp"]),
    (r"nlohmann/", ["io/safetensors.hpp"]),
    (r"mpi\.h|nccl\.h", ["dist/"]),
    (r"(unistd|fcntl)\.h|sys/", ["io/", "train/"]),
    (r"pthread\.h", ["kernels/thread_pool.hpp"]),
    (r"(iostream|functional|ranges)$", ["nn/", "optim/", "io/", "data/", "dist/", "train/"] + [f"{f}/" for f in FAMILIES]),
]
INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', re.MULTILINE)


def floor_fault(folder, header):
    target = header.split("/")[1]
    if header.count("/") < 2:
        return "no header inside the library includes the umbrella"
    if target != folder and target not in MAY_INCLUDE.get(folder, "").split():
        return f"{folder}/ may include: {MAY_INCLUDE.get(folder) or 'nothing'}" if folder in MAY_INCLUDE else f"{folder}/ has no floor"


def home_fault(place, header):
    for pattern, homes in HOMES:
        if re.match(pattern, header):
            if any(place == home or (home.endswith("/") and place.startswith(home)) for home in homes):
                return None
            return f"its home is {' '.join(homes) or 'nowhere'}"
    if not header.startswith("fluxpp/") and ("/" in header or header.endswith((".h", ".hpp"))):
        return "a third-party header without a home in scripts/check_floors.py"


def faults(root):
    for path in sorted(root.rglob("*.hpp")):
        place = path.relative_to(root).as_posix()
        folder = place.split("/")[0] if "/" in place else None
        for header in INCLUDE.findall(path.read_text()):
            fault = home_fault(place, header) if folder else None
            if folder and header.startswith("fluxpp/"):
                fault = floor_fault(folder, header) or fault
            if fault:
                yield f"{place}: includes <{header}>: {fault}"


def main():
    here = pathlib.Path(__file__).resolve().parent.parent
    found = list(faults(pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else here / "include" / "fluxpp"))
    print("\n".join(found) or "floors: every include is allowed")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
