#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Attention, value and gradients, beside PyTorch on one core: heads 8, width 64.

attention_torch.py <program>, run by a Python that has PyTorch; program: benchmarks/attention.cpp, compiled. Rounds of both
alternate, CPU time of one thread, the least of each counts. The gradients are compared first. Exits with 1 when a ratio is
above 1 or gradients differ.
"""
import array
import pathlib
import subprocess
import sys
import tempfile
import time

HEADS, WIDTH, TOLERANCE, ROUNDS = 8, 64, 1e-4, 6


def torch_round(torch, operands, runs=8):
    """Nanoseconds of the fastest run, and the gradients."""
    least = None
    for _ in range(runs):
        for x in operands:
            x.grad = None
        start = time.thread_time_ns()
        y = torch.nn.functional.scaled_dot_product_attention(*operands)
        (y * y).sum().backward()
        took = time.thread_time_ns() - start
        least = took if least is None else min(least, took)
    return least, [x.grad for x in operands]


def compare(torch, program, length):
    """Our least time, PyTorch's, and the largest difference of their gradients."""
    operands = [torch.randn(1, HEADS, length, WIDTH, requires_grad=True) for _ in range(3)]
    ours, theirs, worst = [], [], 0.0
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "heads"
        for _ in range(ROUNDS):
            took, expected = torch_round(torch, operands)
            theirs.append(took)
            path.write_bytes(b"".join(array.array("f", x.detach().flatten().tolist()).tobytes() for x in operands))
            run = [program, "--exchange", str(path), str(HEADS), str(length)]
            ours.append(float(subprocess.run(run, check=True, stdout=subprocess.PIPE, text=True).stdout))
            got = array.array("f", path.read_bytes())[3 * operands[0].numel():]
            difference = torch.tensor(got) - torch.cat([g.flatten() for g in expected])
            worst = max(worst, difference.abs().max().item())
    return min(ours), min(theirs), worst


def main():
    try:
        import torch
    except ImportError:
        print("attention_torch: this Python has no PyTorch; skipped")
        return 0
    torch.set_num_threads(1)
    good = True
    for length in (128, 512, 1024):
        ours, theirs, worst = compare(torch, sys.argv[1], length)
        met = ours <= theirs and worst <= TOLERANCE
        good = good and met
        print(f"gradients/{length} / PyTorch {torch.__version__:20}{ours:14.0f}{theirs:14.0f}{ours / theirs:8.3f}"
              f"{1.0:8.2f} {'met' if met else 'MISSED'}  (gradients differ by {worst:.1g})")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
