import { cullCount } from "@cullet/core";
import { describe, expect, it } from "vitest";
import { replay } from "../src/room.js";

describe("what is culled for several entries that came at once", () => {
  it("is what would have gone had they come one after another", () => {
    for (const maxEntries of [1, 2, 5, 30]) {
      for (const cullFrequency of [0, 1, 2, 3, 10]) {
        const options = { maxEntries, cullFrequency };
        let count = 0;
        for (let added = 1; added <= 100; added += 1) {
          if (count >= maxEntries) count -= cullCount(count, options);
          count += 1;
          expect(replay(added, added, options).kept).toBe(count);
          expect(replay(added, added, options).spared).toBeLessThanOrEqual(count);
        }
      }
    }
  });

  it("spares those that came after the last cull", () => {
    expect(replay(49, 49, { maxEntries: 30, cullFrequency: 3 })).toEqual({ kept: 29, spared: 9 });
    expect(replay(49, 49, { maxEntries: 30, cullFrequency: 0 })).toEqual({ kept: 19, spared: 19 });
  });

  it("is enough where there were more than may be", () => {
    expect(replay(1_001, 1, { maxEntries: 300, cullFrequency: 10 }).kept).toBeLessThanOrEqual(300);
    expect(replay(3, 5, { maxEntries: 300, cullFrequency: 3 }).kept).toBe(5);
  });
});
