import { defineConfig } from "vitest/config";

export default defineConfig({
  // Installing and compiling takes seconds.
  test: { globalSetup: "./src/pack.ts", testTimeout: 120_000, hookTimeout: 120_000 },
});
