import { defineConfig } from "vitest/config";

// In the programs that the tests start, too.
if (Number.parseInt(process.versions.node, 10) >= 24) {
  process.env.NODE_OPTIONS = `--import=${new URL("test/sqlite-of-node.js", import.meta.url)}`;
}

export default defineConfig({
  // Servers that have to be started, and outages that have to be waited for.
  test: { globalSetup: "./test/global-setup.ts", testTimeout: 30_000, hookTimeout: 60_000 },
});
