import { defineConfig } from "vitest/config";

// In the programs that the tests start, too.
if (Number.parseInt(process.versions.node, 10) >= 24) {
  process.env.NODE_OPTIONS = `--import=${new URL("../backend-db/test/sqlite-of-node.js", import.meta.url)}`;
}

export default defineConfig({
  test: { globalSetup: "./test/global-setup.ts", testTimeout: 30_000, hookTimeout: 60_000 },
});
