import { expect, test } from "vitest";
import { bind } from "../bind.ts";
import { range } from "../range.ts";
import { typedArrays } from "../typed-arrays/index.ts";
import { array } from "../typed-arrays/nd-array.ts";
import { none } from "./none.ts";

test("leaves the embeddings as they are, at any width", () => {
  for (const dim of [1, 3, 8]) {
    const x = array(
      Float32Array.from({ length: 2 * 4 * dim }, (_, i) => i - 5),
      [2, 4, dim],
    );
    expect(bind(none(), typedArrays, {})(x, range(4, 1000))).toEqual(x);
  }
});

test("takes no options", () => {
  expect(() => none({ dim: 8 } as never)).toThrow(new TypeError('none: unknown option "dim"; it takes none'));
  expect(() => none(null as never)).toThrow(new TypeError("none: options must be an object, got null"));
});
