/** Axes of a loop: the length of each, and for every operand how far to move in its data for one step (0: repeated). */
export interface Axes {
  readonly sizes: number[];
  /** One list per operand. */
  readonly steps: number[][];
}

/** Steps of an operand of shape `x` that broadcasts to `shape`; undefined where it does not. */
export function stepsOf(x: readonly number[], shape: readonly number[]): number[] | undefined {
  const lead = shape.length - x.length;
  if (lead < 0) return undefined;
  const steps = new Array<number>(shape.length).fill(0);
  for (let i = x.length - 1, step = 1; i >= 0; i--) {
    if (x[i] !== shape[lead + i] && x[i] !== 1) return undefined;
    if (x[i] !== 1) steps[lead + i] = step;
    step *= x[i]!;
  }
  return steps;
}

/** As few axes as do: those of length 1 go, and neighbours that every operand passes in one go become one. */
export function collapse(shape: readonly number[], operands: readonly (readonly number[])[]): Axes {
  const sizes: number[] = [];
  const steps: number[][] = operands.map(() => []);
  for (let axis = 0; axis < shape.length; axis++) {
    const length = shape[axis]!;
    if (length === 1) continue;
    const last = sizes.length - 1;
    if (last >= 0 && operands.every((own, i) => steps[i]![last] === own[axis]! * length)) {
      sizes[last]! *= length;
      operands.forEach((own, i) => {
        steps[i]![last] = own[axis]!;
      });
    } else {
      sizes.push(length);
      operands.forEach((own, i) => {
        steps[i]!.push(own[axis]!);
      });
    }
  }
  return { sizes, steps };
}

/** Takes the last axis off: its length and the steps along it; length 1 where there is none. */
export function popAxis({ sizes, steps }: Axes): { readonly length: number; readonly steps: number[] } {
  return { length: sizes.pop() ?? 1, steps: steps.map((own) => own.pop() ?? 0) };
}

/** Calls `visit` with the offsets in every operand, for each combination of the axes, in order. */
export function eachOffset({ sizes, steps }: Axes, visit: (offsets: readonly number[]) => void): void {
  const offsets = steps.map(() => 0);
  const move = (axis: number, times: number): void => {
    for (let k = 0; k < steps.length; k++) offsets[k]! += steps[k]![axis]! * times;
  };
  const walk = (axis: number): void => {
    if (axis === sizes.length) {
      visit(offsets);
      return;
    }
    for (let i = 0; i < sizes[axis]!; i++) {
      walk(axis + 1);
      move(axis, 1);
    }
    move(axis, -sizes[axis]!);
  };
  walk(0);
}
