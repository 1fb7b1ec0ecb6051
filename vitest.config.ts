import { defineConfig } from "vitest/config";

const conditions = ["@posenc/source"];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: [
      "{packages,apps}/*/src/**/*.test.ts",
      "benchmarks/src/**/*.test.ts",
      "{docs,examples,scripts}/*.test.ts",
    ],
    typecheck: { include: ["packages/*/src/**/*.test-d.ts"], tsconfig: "./tsconfig.json" },
    maxWorkers: "100%",
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
