import { readdirSync } from "node:fs";
import { describe, expect, it, vi } from "vitest";
import { goldens, readGoldens, WRITTEN_VERSION } from "./golden-files.js";
import { expectSame } from "./samples.js";
import { writeGoldens } from "./write-golden.js";

vi.useFakeTimers({ toFake: ["Date"], now: 1_700_000_000_000 });

// WRITE_GOLDEN=1 npx vitest run test/values/golden.test.ts
if (process.env.WRITE_GOLDEN) writeGoldens();

describe.each(readdirSync(new URL("golden/", import.meta.url)))("format %s", (version) => {
  it.each([...readGoldens(version)])("%s is still read", (name, payload) => {
    const golden = goldens.get(name);
    if (golden === undefined) throw new Error(`golden-files.ts does not say what ${name} is`);
    expectSame(golden.decode(payload), golden.value());
  });
});

describe("the format that is written now", () => {
  const files = readGoldens(WRITTEN_VERSION);

  it("is in a file for each form", () => {
    expect([...files.keys()].sort()).toEqual([...goldens.keys()].sort());
  });

  it.each([...goldens].filter(([, { isFixed }]) => isFixed))("writes %s as it did", (name, { encode }) => {
    expect(Buffer.from(encode()).toString("hex")).toBe(Buffer.from(files.get(name) ?? []).toString("hex"));
  });
});
