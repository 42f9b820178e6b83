import { defineConfig } from "vitest/config";

export default defineConfig({
  // Servers that have to be started, and outages that have to be waited for.
  test: { globalSetup: "./test/global-setup.ts", testTimeout: 30_000, hookTimeout: 60_000 },
});
