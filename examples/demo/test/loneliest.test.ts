import { expect, it } from "vitest";
import { loneliestTowns } from "../src/site/loneliest.js";

it("a lonely town is far from the nearest other one", () => {
  const towns = [0, 1, 10, 3].map((longitude) => ({
    name: `at ${longitude}`,
    latitude: 0,
    longitude,
    population: 1_000,
  }));
  const lonely = loneliestTowns({ code: "XX", name: "Line", towns });
  expect(lonely.map(({ town, nearest }) => [town.name, nearest.name])).toEqual([
    ["at 10", "at 3"],
    ["at 3", "at 1"],
    ["at 0", "at 1"],
    ["at 1", "at 0"],
  ]);
  expect(lonely[0]?.km).toBeCloseTo((7 * 2 * Math.PI * 6371) / 360, 6);
});
