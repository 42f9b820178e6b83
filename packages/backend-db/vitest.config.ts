import { defineConfig } from "vitest/config";

const isNewNode = Number.parseInt(process.versions.node, 10) >= 24;

// For the programs that the tests start; the alias is for the tests.
if (isNewNode) process.env.NODE_OPTIONS = `--import=${new URL("test/sqlite-of-node.js", import.meta.url)}`;

export default defineConfig({
  resolve: { alias: isNewNode ? { "better-sqlite3": "better-sqlite3-13" } : {} },
  // Servers that have to be started, and outages that have to be waited for.
  test: { globalSetup: "./test/global-setup.ts", testTimeout: 30_000, hookTimeout: 60_000 },
});
