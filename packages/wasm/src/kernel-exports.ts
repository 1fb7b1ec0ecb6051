/** The kernels of assembly/. Addresses and steps are in bytes, counts in floats or rows; none checks its arguments. */
export interface KernelExports {
  rotate(
    out: number,
    x: number,
    cos: number,
    sin: number,
    sharers: number,
    sharerStep: number,
    rows: number,
    rowStep: number,
    tableStep: number,
    half: number,
    rest: number,
    side: number,
    interleaved: number,
  ): void;
  sincos(
    sin: number,
    cos: number,
    positions: number,
    rows: number,
    frequencies: number,
    count: number,
    amplitude: number,
    least: number,
    work: number,
  ): void;
  addRows: Addition;
  addToRows: Addition;
  gather(out: number, table: number, indices: number, rows: number, count: number): void;
  gatherAdd(
    out: number,
    x: number,
    table: number,
    indices: number,
    sharers: number,
    sharerStep: number,
    indexStep: number,
    rows: number,
    count: number,
  ): void;
  slide(out: number, first: number, rows: number, count: number): void;
  softmax(out: number, x: number, rows: number, count: number): void;
  softmaxBiased(out: number, x: number, bias: number, biasStep: number, rows: number, count: number): void;
  layerNorm(
    out: number,
    x: number,
    gain: number,
    bias: number,
    rows: number,
    count: number,
    epsilon: number,
  ): void;
}

type Addition = (
  out: number,
  a: number,
  b: number,
  rows: number,
  count: number,
  aStep: number,
  bStep: number,
) => void;
