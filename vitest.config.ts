import { defineConfig } from "vitest/config";

const conditions = ["@posenc/source"];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    maxWorkers: "100%",
    testTimeout: 120_000,
    hookTimeout: 120_000,
    projects: [
      {
        extends: true,
        test: {
          name: "posenc",
          include: [
            "{packages,apps}/*/src/**/*.test.ts",
            "benchmarks/src/**/*.test.ts",
            "{docs,examples,scripts}/*.test.ts",
          ],
          typecheck: { include: ["packages/*/src/**/*.test-d.ts"], tsconfig: "./tsconfig.json" },
        },
      },
      {
        extends: true,
        test: {
          name: "typed arrays with @posenc/wasm",
          include: ["packages/{core,model,conformance}/src/**/*.test.ts"],
          setupFiles: "packages/wasm/src/with-kernels.fixture.ts",
        },
      },
    ],
  },
});
