import { defineConfig } from "vitest/config";

export default defineConfig({
  // Servers that have to be started.
  test: { globalSetup: "./test/global-setup.ts", testTimeout: 30_000, hookTimeout: 60_000 },
});
