import { describe, expect, it } from "vitest";
import { fixture, runNode } from "./run-node.js";

const DELETE_TEST = "delete takes one entry and no other";

/** How each test runner is started, how it is told to run one test only, and how it counts. */
const RUNNERS = [
  {
    name: "node:test",
    args: ["--test-reporter=tap", "--test", fixture("node-test.js")],
    only: ["--test-name-pattern", DELETE_TEST, "--test-reporter=tap", "--test", fixture("node-test.js")],
    passed: /^# pass (\d+)/m,
    failed: /^# fail 0$/m,
  },
  {
    name: "mocha",
    args: ["node_modules/mocha/bin/mocha.js", fixture("mocha.js")],
    only: ["node_modules/mocha/bin/mocha.js", "--grep", DELETE_TEST, fixture("mocha.js")],
    passed: /(\d+) passing/,
    failed: /^(?!.*failing)/s,
  },
  {
    name: "vitest",
    args: ["node_modules/vitest/vitest.mjs", "run", "--config", fixture("vitest.config.js")],
    only: [
      "node_modules/vitest/vitest.mjs",
      "run",
      "--config",
      fixture("vitest.config.js"),
      "-t",
      DELETE_TEST,
    ],
    passed: /Tests +(\d+) passed/,
    failed: /^(?!.*failed)/s,
  },
];

describe.each(RUNNERS)("a backend of four methods, under $name", ({ args, only, passed, failed }) => {
  it("passes the suite", { timeout: 60_000 }, async () => {
    const { code, output } = await runNode(args);
    expect(output).toMatch(failed);
    expect(Number(passed.exec(output)?.[1])).toBeGreaterThan(300);
    expect(code).toBe(0);
  });

  it("fails it with one method broken", { timeout: 60_000 }, async () => {
    const { code, output } = await runNode(only, { BROKEN: "yes" });
    expect(output).toMatch(DELETE_TEST);
    expect(code).not.toBe(0);
  });
});
