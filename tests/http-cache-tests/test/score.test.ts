import { readFile } from "node:fs/promises";
import { beforeAll, expect, it } from "vitest";
import { runSuite } from "../src/run.js";
import type { Score } from "../src/score.js";

let score: Score;
let docs: string;

// The suite's own pauses take a quarter of a minute.
beforeAll(async () => {
  docs = await readFile(new URL("../../../docs/http.md", import.meta.url), "utf8");
  score = await runSuite();
}, 120_000);

it.each(["required", "optimal"] as const)("passes as many %s tests as the docs say", (kind) => {
  const [, passed, all] = new RegExp(`\\| ${kind} \\| (\\d+) \\| (\\d+) \\|`).exec(docs) ?? [];
  expect(score[kind].all).toBe(Number(all));
  expect(score[kind].passed).toBeGreaterThanOrEqual(Number(passed));
});

it("fails no test that the docs do not explain", () => {
  const unexplained = score.failures.filter(({ id }) => !docs.includes(`\`${id}\``));
  expect(unexplained).toEqual([]);
});
