import { defineConfig } from "vitest/config";

export default defineConfig({
  // The tests mostly wait for servers: two at a time also where there are only two cores.
  test: { globalSetup: "./test/global-setup.ts", testTimeout: 30_000, maxWorkers: 2 },
});
