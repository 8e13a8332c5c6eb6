#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Training steps (forward, backward, AdamW) of four networks beside PyTorch, eager and compiled, on one and two threads.

nn_torch.py <program> [network...], run by a Python that has PyTorch and numpy; program: benchmarks/nn.cpp, compiled.
Parameters and batch are exchanged as a safetensors file; first loss and gradients are compared first. Then rounds of both
alternate, the least of each counts: CPU time of one thread, or elapsed time of two. Exits with 1 when a ratio misses its
target in benchmarks/claims.json or results differ.
"""
import json
import pathlib
import struct
import subprocess
import sys
import tempfile
import time

try:
    import numpy
    import torch
    from torch import nn
    from torch.nn import functional
except ImportError:
    print("nn_torch: this Python has no PyTorch; skipped")
    sys.exit(0)

CLAIMS = pathlib.Path(__file__).resolve().parent / "claims.json"
TOLERANCE, ROUNDS, RATE = 2e-4, 6, 1024
WIDTH, HEADS, VOCABULARY = 128, 4, 65


class Lstm(nn.Module):
    """50 sequences of 50 steps, step after step."""

    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(VOCABULARY, WIDTH)
        self.lstm = nn.LSTM(WIDTH, WIDTH, num_layers=2)
        self.linear = nn.Linear(WIDTH, VOCABULARY)

    def forward(self, tokens):
        y, _ = self.lstm(self.embedding(tokens).view(50, 50, WIDTH))
        return self.linear(y.view(-1, WIDTH))


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.ln_1 = nn.LayerNorm(WIDTH, bias=False)
        self.c_attn = nn.Linear(WIDTH, 3 * WIDTH, bias=False)
        self.c_proj = nn.Linear(WIDTH, WIDTH, bias=False)
        self.ln_2 = nn.LayerNorm(WIDTH, bias=False)
        self.c_fc = nn.Linear(WIDTH, 4 * WIDTH, bias=False)
        self.c_out = nn.Linear(4 * WIDTH, WIDTH, bias=False)

    def forward(self, x):
        parts = self.c_attn(self.ln_1(x)).split(WIDTH, dim=2)
        q, k, v = (p.view(*p.shape[:2], HEADS, -1).transpose(1, 2) for p in parts)
        y = functional.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.c_proj(y.transpose(1, 2).contiguous().view_as(x))
        return x + self.c_out(functional.gelu(self.c_fc(self.ln_2(x))))


class Transformer(nn.Module):
    """nanoGPT without dropout: 12 sequences of 64 tokens."""

    def __init__(self):
        super().__init__()
        self.wte = nn.Embedding(VOCABULARY, WIDTH)
        self.wpe = nn.Embedding(64, WIDTH)
        self.h = nn.ModuleList(Block() for _ in range(4))
        self.ln_f = nn.LayerNorm(WIDTH, bias=False)

    def forward(self, tokens):
        x = self.wte(tokens.view(12, 64)) + self.wpe.weight
        for block in self.h:
            x = block(x)
        return functional.linear(self.ln_f(x).view(-1, WIDTH), self.wte.weight)


def mlp():
    return nn.Sequential(nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10)), torch.rand(64, 784), 10


def digits():
    net = nn.Sequential(nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(16, 32, 3, padding=1),
                        nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(128, 10))
    return net, torch.rand(64, 1, 8, 8), 10


def lstm():
    return Lstm(), torch.randint(VOCABULARY, (2500,)), VOCABULARY


def transformer():
    return Transformer(), torch.randint(VOCABULARY, (768,)), VOCABULARY


# per network: what makes it, and its parameters as benchmarks/nn/ names them, in PyTorch's order
BLOCK = ["ln_1", "attn.c_attn", "attn.c_proj", "ln_2", "mlp.c_fc", "mlp.c_proj"]
LSTM = ["weight_ih", "weight_hh", "bias_ih", "bias_hh"]
NETWORKS = {
    "mlp": (mlp, ["0.weight", "0.bias", "1.weight", "1.bias"]),
    "digits": (digits, [f"{i}.{what}" for i in (0, 2, 5) for what in ("weight", "bias")]),
    "lstm": (lstm, ["0.weight", *(f"{i}.{what}" for i in (1, 2) for what in LSTM), "3.weight", "3.bias"]),
    "transformer": (transformer, ["wte.weight", "wpe.weight",
                                       *(f"h.{i}.{what}.weight" for i in range(4) for what in BLOCK), "ln_f.weight"]),
}


def write(path, tensors):
    """A safetensors file of float tensors."""
    header, at = {}, 0
    for name, x in tensors.items():
        header[name] = {"dtype": "F32", "shape": list(x.shape), "data_offsets": [at, at := at + 4 * x.numel()]}
    text = json.dumps(header).encode()
    data = b"".join(x.detach().contiguous().numpy().astype("<f4").tobytes() for x in tensors.values())
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


def read(path):
    data = path.read_bytes()
    length, = struct.unpack("<Q", data[:8])
    tensors = {}
    for name, entry in json.loads(data[8:8 + length]).items():
        begin, end = (8 + length + offset for offset in entry["data_offsets"])
        tensors[name] = torch.from_numpy(numpy.frombuffer(data[begin:end], "<f4").reshape(entry["shape"]).copy())
    return tensors


def step_of(net, inputs, targets):
    """A training step, which returns its loss."""
    optimiser = torch.optim.AdamW(net.parameters(), lr=1e-3, fused=True)

    def step():
        optimiser.zero_grad(set_to_none=True)
        loss = functional.cross_entropy(net(inputs), targets)
        loss.backward()
        optimiser.step()
        return loss

    return step


def least_time(step, threads, budget=4e8):
    """Nanoseconds of the fastest of some steps."""
    clock = time.thread_time_ns if threads == 1 else time.perf_counter_ns
    least, spent, steps = float("inf"), 0, 0
    while steps < 4 or (steps < 200 and spent < budget):
        start = clock()
        step()
        took = clock() - start
        least, spent, steps = min(least, took), spent + took, steps + 1
    return least


def ours(program, name, path, threads):
    """First loss, and the nanoseconds of the fastest step."""
    run = [program, "--exchange", name, str(path), str(threads)]
    return map(float, subprocess.run(run, check=True, stdout=subprocess.PIPE, text=True).stdout.split())


def difference(net, names, path, losses):
    """Of the losses, and of the gradients beside the largest of each tensor."""
    after, (expected, loss) = read(path.with_name(path.name + ".after")), losses
    worst = abs(expected - loss) / abs(expected)
    for name, parameter in zip(names, net.parameters(), strict=True):
        got = (parameter.detach() - after[name].view_as(parameter)) / RATE
        worst = max(worst, ((got - parameter.grad).abs().max() / parameter.grad.abs().max()).item())
    return worst


def compare(program, name, threads, path):
    """Our least time, PyTorch's eager and compiled (or None), and how far results are apart."""
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    make, names = NETWORKS[name]
    net, inputs, classes = make()
    targets = torch.randint(classes, (inputs.shape[0],))
    write(path, {**dict(zip(names, net.parameters(), strict=True)), "inputs": inputs.float(), "targets": targets.float()})
    first = functional.cross_entropy(net(inputs), targets)
    first.backward()
    loss, _ = ours(program, name, path, threads)
    worst = difference(net, names, path, (first.item(), loss))
    steps = [step_of(net, inputs, targets)]
    try:
        compiled = torch.compile(net)
        steps.append(step_of(compiled, inputs, targets))
        steps[1]()
    except Exception as error:  # whatever a compiler that is missing or refuses makes of itself
        print(f"nn_torch: torch.compile: {str(error).splitlines()[0]}")
        steps.pop()
    times = [[], [], []]
    for _ in range(ROUNDS):
        times[0].append([*ours(program, name, path, threads)][1])
        for of, step in zip(times[1:], steps):
            of.append(least_time(step, threads))
    return [min(t) if t else None for t in times], worst


def main():
    claims = json.loads(CLAIMS.read_text())["suites"]["nn"]
    targets = {claim["name"]: claim["target"] for claim in claims if claim["reference"] == "PyTorch"}
    good = True
    for name in sys.argv[2:] or NETWORKS:
        for threads in (1, 2):
            with tempfile.TemporaryDirectory() as folder:
                (mine, *others), worst = compare(sys.argv[1], name, threads, pathlib.Path(folder) / "network")
            target = targets[name]
            for kind, theirs in zip(("eager", "compiled"), others):
                if theirs is None:
                    continue
                met = mine <= target * theirs and worst <= TOLERANCE
                good = good and met
                print(f"{name:12} {threads} threads / PyTorch {torch.__version__} {kind:9}{mine:12.0f}{theirs:12.0f}"
                      f"{mine / theirs:8.3f}{target:8.3f} {'met' if met else 'MISSED'}  (results differ by {worst:.1g})",
                      flush=True)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
