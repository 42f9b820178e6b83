import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { testFleet } from "@cullet/conformance";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newDirectory, removeDirectories } from "./helpers.js";

const BEHIND = fileURLToPath(new URL("programs/behind.js", import.meta.url));
const LONG = 60_000;

afterAll(removeDirectories);

testFleet({
  name: "a directory",
  processes: {
    cache: () => ({ backend: "file", location: newDirectory(), options: { maxEntries: 10_000 } }),
    from: import.meta.url,
  },
  runner: { describe, it: (test, body) => it(test, body, LONG), beforeAll, afterAll },
});

it(
  "a process ends by itself while a refresh goes on behind and a lock is renewed",
  async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [BEHIND, newDirectory()]);
    expect(JSON.parse(stdout)).toBe("old");
  },
  LONG,
);
