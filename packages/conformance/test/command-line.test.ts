import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { main } from "../src/main.js";
import { fixture, runNode } from "./run-node.js";

const LONG = { timeout: 60_000 };

async function runMain(...args: string[]): Promise<{ code: number; output: string }> {
  const lines: string[] = [];
  const code = await main(args, (line) => lines.push(line));
  return { code, output: lines.join("\n") };
}

async function runProgram(...args: string[]): Promise<{ code: number | null; output: string }> {
  return runNode(["dist/cli.js", ...args]);
}

describe("cullet-conformance", () => {
  it("counts what passed, and ends with 0", LONG, async () => {
    const { code, output } = await runProgram(fixture("map-backend.js"));
    expect(output).toMatch(/^\d{3} passed, 0 failed$/m);
    expect(code).toBe(0);
  });

  it("shows each failure by its name and reason, and ends with 1", LONG, async () => {
    const { code, output } = await runMain(
      fixture("map-backend.js"),
      ...["--option", "broken=yes", "--only", "delete takes one entry"],
    );
    expect(output).toMatch(/^✗ get, set, add, has and delete > delete takes one entry and no other$/m);
    expect(output).toMatch(/^ {4}.*deep/m);
    expect(output).toMatch(/^0 passed, 1 failed$/m);
    expect(code).toBe(1);
  });

  it("ends with 1 where no test was run", async () => {
    const { code, output } = await runMain(fixture("map-backend.js"), "--only", "no test of this name");
    expect(output).toBe("0 passed, 0 failed");
    expect(code).toBe(1);
  });

  it.each([[], ["a", "b"], ["a", "--option", "no-value"], ["a", "--unknown"]].map((args) => [args]))(
    "shows how it is used, and ends with 2, for %j",
    async (args) => {
      const { code, output } = await runMain(...args);
      expect(output).toMatch(/^Usage: cullet-conformance <module>/);
      expect(code).toBe(2);
    },
  );

  it("shows how it is used where it is asked to", async () => {
    const { code, output } = await runMain("--help");
    expect(output).toMatch(/^Usage: cullet-conformance <module>/);
    expect(code).toBe(0);
  });

  it("says what is wrong with a module that makes no backend", async () => {
    const { code, output } = await runMain(fixture("not-a-backend.js"));
    expect(output).toMatch(/not-a-backend\.js: the default export should be a factory/);
    expect(code).toBe(2);
  });

  it("says that a module is not there", async () => {
    const { code, output } = await runMain("./nowhere.js");
    expect(output).toMatch(/nowhere\.js/);
    expect(code).toBe(2);
  });
});

describe("cullet-conformance, of a store that processes share", () => {
  let location: string;

  beforeAll(async () => {
    location = await mkdtemp(join(tmpdir(), "cullet-conformance-"));
  });

  afterAll(async () => {
    await rm(location, { recursive: true });
  });

  it("runs tests in several processes", LONG, async () => {
    const { code, output } = await runProgram(
      fixture("folder-backend.js"),
      ...["--location", location, "--only", "several processes"],
    );
    expect(output).toMatch(/^7 passed, 0 failed$/m);
    expect(code).toBe(0);
  });

  it("sees updates that are lost between processes", LONG, async () => {
    const { code, output } = await runProgram(
      fixture("folder-backend.js"),
      ...["--location", location, "--option", "lock=no", "--only", "that count 200 times each"],
    );
    expect(output).toMatch(/0 passed, 1 failed/);
    expect(code).toBe(1);
  });
});
