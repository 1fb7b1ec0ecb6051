/** NumPy and PyTorch, where a Python on this machine has them. */
import type { NdArray } from "@posenc/core";
import { type PythonLibrary, pythonObstacle } from "../../python/find-python.ts";
import { inPython } from "../../python/python-process.ts";
import { frequency } from "../inputs.ts";
import { type Makers, opponent, type Prepared, type SpeedOpponent } from "../opponent.ts";

interface Form {
  readonly library: PythonLibrary;
  readonly compiled?: boolean;
  readonly tuned?: boolean;
}

type Send = (
  computation: string,
  inputs: Readonly<Record<string, NdArray>>,
  sizes?: Readonly<Record<string, unknown>>,
  outputs?: number,
) => Promise<Prepared>;

function sender({ library, compiled = false, tuned = false }: Form): Send {
  return (computation, inputs, sizes = {}, outputs = 1) =>
    inPython({ library, compiled, computation, sizes, inputs, outputs, tuned });
}

/** What both libraries do. */
const tables = (send: Send): Makers => ({
  add: ({ x, table }) => send("add", { x, table }),
  sincos({ positions }, { sizes: { dim } }) {
    const frequencies = Array.from({ length: dim / 2 }, (_, i) => frequency(i, dim));
    return send("sincos", { positions }, { frequencies }, 2);
  },
  gatherAdd: ({ tokens, table, rows }) => send("gatherAdd", { tokens, table, rows }),
  alibi: ({ slopes, positions }) => send("alibi", { slopes, positions }),
});

function torch(name: string, title: string, form: Omit<Form, "library">): SpeedOpponent {
  const send = sender({ library: "torch", ...form });
  return opponent(
    { name, title, ours: false, obstacle: () => pythonObstacle("torch") },
    {
      ...tables(send),
      rotate: ({ q, k, turn: { sin, cos } }, { sizes: { pairing } }) =>
        send("rotate", { q, k, sin, cos }, { pairing }, 2),
    },
  );
}

export const numpy = opponent(
  { name: "numpy", title: "NumPy", ours: false, obstacle: () => pythonObstacle("numpy") },
  tables(sender({ library: "numpy" })),
);
export const torchEager = torch("torch", "PyTorch eager", {});
export const torchTuned = torch("torch-tuned", "PyTorch eager, tuned", { tuned: true });
export const torchCompiled = torch("torch-compiled", "torch.compile", { compiled: true });
export const torchCompiledTuned = torch("torch-compiled-tuned", "torch.compile, tuned", {
  compiled: true,
  tuned: true,
});
/** Pairs as complex numbers, as in Meta's Llama: neighbours only. */
export const torchComplex = opponent(
  {
    name: "torch-complex",
    title: "PyTorch complex, tuned",
    ours: false,
    obstacle: () => pythonObstacle("torch"),
    takes: ({ computation, sizes }) => computation === "rotate" && sizes.pairing === "interleaved",
  },
  {
    rotate: ({ q, k, turn: { sin, cos } }) =>
      sender({ library: "torch", tuned: true })("complex", { q, k, sin, cos }, {}, 2),
  },
);
