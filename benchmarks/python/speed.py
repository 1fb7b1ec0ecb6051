"""One computation in NumPy or PyTorch on one thread, timed in rounds.

Reads a JSON object in each line, and answers each with one. See benchmarks/src/python/python-process.ts.
"""

import json
import os
import signal
import sys
import time


def say(answer):
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


def numpy_calls(inputs, sizes):
    import numpy as np

    def table():
        frequencies = np.asarray(sizes["frequencies"], dtype=np.float32)
        positions = inputs["positions"].astype(np.float32)

        def run():
            angles = np.outer(positions, frequencies)
            return np.sin(angles), np.cos(angles)

        return run

    def alibi():
        slopes = inputs["slopes"][:, None, None]
        positions = inputs["positions"].astype(np.float32)
        return lambda: (-np.abs(positions[:, None] - positions[None, :]) * slopes,)

    return {
        "add": lambda: lambda: (inputs["x"] + inputs["table"],),
        "sincos": table,
        "gatherAdd": lambda: lambda: (inputs["table"][inputs["tokens"]] + inputs["rows"],),
        "alibi": alibi,
    }


def torch_calls(inputs, sizes):
    import torch

    def rotate_half(x):
        half = x.shape[-1] // 2
        return torch.cat((-x[..., half:], x[..., :half]), dim=-1)

    def rotate_every_two(x):
        return torch.stack((-x[..., 1::2], x[..., ::2]), dim=-1).flatten(-2)

    def rotate():
        halves = sizes["pairing"] == "halves"
        turn = rotate_half if halves else rotate_every_two

        def both(x):
            return torch.cat((x, x), dim=-1) if halves else x.repeat_interleave(2, dim=-1)

        cos, sin = both(inputs["cos"]), both(inputs["sin"])

        def run(q, k):
            return q * cos + turn(q) * sin, k * cos + turn(k) * sin

        return run, (inputs["q"], inputs["k"])

    def rotate_complex():
        # Meta's Llama: pairs as complex numbers
        cis = torch.complex(inputs["cos"], inputs["sin"])

        def turned(x):
            pairs = torch.view_as_complex(x.reshape(*x.shape[:-1], -1, 2))
            return torch.view_as_real(pairs * cis).flatten(-2)

        return lambda q, k: (turned(q), turned(k)), (inputs["q"], inputs["k"])

    def table():
        frequencies = torch.tensor(sizes["frequencies"], dtype=torch.float32)

        def run(positions):
            angles = torch.outer(positions, frequencies)
            return angles.sin(), angles.cos()

        return run, (inputs["positions"].float(),)

    def alibi():
        def run(positions, slopes):
            return (-(positions[:, None] - positions[None, :]).abs() * slopes[:, None, None],)

        return run, (inputs["positions"].float(), inputs["slopes"])

    def mat_mul():
        def run(a, b):
            return (torch.matmul(a.T if sizes["transposeA"] else a, b.T if sizes["transposeB"] else b),)

        return run, (inputs["a"], inputs["b"])

    def train_step():
        from train_step import train_step

        return train_step(inputs, sizes), ()

    return {
        "rotate": rotate,
        "complex": rotate_complex,
        "add": lambda: (lambda x, table: (x + table,), (inputs["x"], inputs["table"])),
        "sincos": table,
        "gatherAdd": lambda: (
            lambda table, tokens, rows: (torch.nn.functional.embedding(tokens, table) + rows,),
            (inputs["table"], inputs["tokens"].long(), inputs["rows"]),
        ),
        "alibi": alibi,
        "matMul": mat_mul,
        "trainStep": train_step,
    }


def prepare_numpy(request):
    import numpy as np

    kinds = {"float32": np.float32, "int32": np.int32}
    inputs = {
        name: np.fromfile(x["path"], dtype=kinds[x["type"]]).reshape(x["shape"])
        for name, x in request["inputs"].items()
    }
    run = numpy_calls(inputs, request["sizes"])[request["computation"]]()

    def write(outputs):
        for output, path in zip(outputs, request["outputs"]):
            np.ascontiguousarray(output).tofile(path)

    return run, write


def prepare_torch(request):
    import torch

    torch.set_num_threads(1)
    torch.set_grad_enabled(False)
    kinds = {"float32": torch.float32, "int32": torch.int32}

    def read(x):
        with open(x["path"], "rb") as file:
            return torch.frombuffer(bytearray(file.read()), dtype=kinds[x["type"]]).reshape(x["shape"])

    inputs = {name: read(x) for name, x in request["inputs"].items()}
    computation, given = torch_calls(inputs, request["sizes"])[request["computation"]]()
    if request["compiled"]:
        computation = torch.compile(computation)

    def write(outputs):
        import ctypes

        for output, path in zip(outputs, request["outputs"]):
            whole = output.contiguous()
            with open(path, "wb") as file:
                file.write(ctypes.string_at(whole.data_ptr(), whole.numel() * whole.element_size()))

    return lambda: computation(*given), write


def time_round(run, milliseconds):
    started, before = time.perf_counter(), time.process_time()
    calls, batch = 0, 1
    while True:
        for _ in range(batch):
            run()
        calls += batch
        cpu = (time.process_time() - before) * 1000
        wall = (time.perf_counter() - started) * 1000
        if cpu >= milliseconds:
            return {"cpu": cpu / calls, "wall": wall / calls, "calls": calls}
        if cpu < milliseconds / 20:
            batch *= 2


def main():
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    run = None
    for line in sys.stdin:
        request = json.loads(line)
        try:
            if request["do"] == "prepare":
                prepare = prepare_torch if request["library"] == "torch" else prepare_numpy
                run, write = prepare(request)
                write(run())
                say({"ok": True})
            else:
                say(time_round(run, request["milliseconds"]))
        except Exception as error:
            text = " ".join(str(error).split())
            say({"error": f"{type(error).__name__}: {text}"[:400]})


# what libraries print must not stand between the answers
answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)
sys.stdout = answers
main()
