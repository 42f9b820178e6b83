import { describe, expect, it } from "vitest";
import { cullCount } from "../src/backend/cull.js";

describe("the cull rule", () => {
  it.each([
    [29, 30, 3, 0],
    [30, 30, 3, 10],
    [31, 30, 3, 10],
    [30, 30, 0, 30],
    [29, 30, 0, 0],
    [2, 2, 3, 1],
    [1, 1, 3, 1],
    [300, 300, 1, 300],
  ])("of %j entries, at most %j, one in %j, drops %j", (count, maxEntries, cullFrequency, dropped) => {
    expect(cullCount(count, { maxEntries, cullFrequency })).toBe(dropped);
  });
});
