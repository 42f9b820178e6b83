import { describe, expect, it } from "vitest";
import { runConformance } from "../src/index.js";
import { FAULTS } from "./faults.js";

describe("seeded faults", () => {
  it("are all different", () => {
    expect(new Set(FAULTS.map(({ fault }) => fault)).size).toBe(FAULTS.length);
  });

  it.each(FAULTS)("$fault: caught by $caughtBy", async ({ caughtBy, Backend }) => {
    const { passed, failed } = await runConformance({
      name: "faulty",
      create: (options) => new Backend(options),
      only: (path) => path === `faulty > ${caughtBy}`,
    });
    expect(passed).toEqual([]);
    expect(failed).toHaveLength(1);
  });
});
