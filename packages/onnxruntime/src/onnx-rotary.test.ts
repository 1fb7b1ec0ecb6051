/** The official cases of ONNX for RotaryEmbedding, and more of that kind, through our graphs. */
import { expectClose, reference } from "@posenc/conformance";
import { array, type NdArray, type Pairing } from "@posenc/core";
import { graph, onnxOps, type RotaryTarget } from "@posenc/onnx";
import * as node from "onnxruntime-node";
import * as web from "onnxruntime-web";
import { expect, test } from "vitest";
import { openGraph } from "./runtime.ts";

web.env.wasm.numThreads = 1;

interface Attributes {
  readonly interleaved?: number;
  readonly num_heads?: number;
  readonly rotary_embedding_dim?: number;
}

const targets: readonly RotaryTarget[] = ["primitives", "ai.onnx", "com.microsoft"];

for (const entry of reference("onnx_rotary")) {
  const { interleaved = 0, num_heads: heads, rotary_embedding_dim } = entry.params.attributes as Attributes;
  const inputs = Object.fromEntries(
    Object.entries(entry.inputs).map(([name, { data, shape }]) => {
      const whole = name === "position_ids";
      return [name, array(whole ? Int32Array.from(data) : Float32Array.from(data), [...shape])];
    }),
  ) as Record<"input" | "cos_cache" | "sin_cache", NdArray> & { readonly position_ids?: NdArray };

  for (const rotary of targets) {
    test(`${entry.id}, ${rotary}`, async () => {
      const builder = graph({ opset: 23 });
      const { expandDims, flatten, gather, rotate, swapAxes, unflatten } = onnxOps(builder, { rotary });
      const edges = Object.entries(inputs).map(([name, { data, shape }]) => {
        const type = data instanceof Int32Array ? "int32" : "float32";
        return [
          name,
          builder.input(
            name,
            type,
            shape.map((_, axis) => `${name}_${axis}`),
          ),
        ] as const;
      });
      const { input, cos_cache, sin_cache, position_ids } = Object.fromEntries(edges);
      const width = inputs.input.shape.at(-1)!;
      const dim = heads === undefined ? width : width / heads;
      const table = (cache: typeof input) =>
        expandDims(position_ids ? gather(cache!, position_ids) : cache!, -3);
      const x = heads === undefined ? input! : swapAxes(unflatten(input!, [heads, dim]), -3, -2);
      const pairing: Pairing = interleaved ? "interleaved" : "halves";
      const layout = { pairing, dim, rotaryDim: rotary_embedding_dim || dim };
      const y = rotate(x, { sin: table(sin_cache), cos: table(cos_cache) }, layout);
      builder.output("output", heads === undefined ? y : flatten(swapAxes(y, -3, -2), width));
      const bytes = builder.toBytes();
      for (const [name, runtime] of Object.entries({ node, web })) {
        const session = await openGraph("test", runtime, bytes);
        const { output } = await session.run(inputs);
        expectClose(output!, entry.outputs.output!, 1e-6, name);
        await session.dispose();
      }
    });
  }
}

test("there are official cases and others", () => {
  const ids = reference("onnx_rotary").map(({ id }) => id.split("/")[0]);
  expect(new Set(ids)).toEqual(new Set(["official", "extended"]));
});
