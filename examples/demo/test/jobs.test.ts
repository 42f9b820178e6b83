import { describe, expect, it } from "vitest";
import { distanceKm, distanceTable, longitudeFrom } from "../src/geometry.js";
import { bestSites } from "../src/jobs/depots.js";
import { spanningTree } from "../src/jobs/range.js";
import { shortestTrip } from "../src/jobs/tour.js";

const onEquator = (...longitudes: number[]) => longitudes.map((longitude) => ({ latitude: 0, longitude }));
const DEGREE_KM = (2 * Math.PI * 6371) / 360;

describe("distances", () => {
  it("are those along the great circle, across the date line too", () => {
    const [east, west] = onEquator(179, -179);
    expect(east && west && distanceKm(east, west)).toBeCloseTo(2 * DEGREE_KM, 6);
    expect(longitudeFrom(179, -179)).toBe(2);
  });
});

describe("the round trip", () => {
  it("goes around a square, not across it", () => {
    const corners = [
      { latitude: 0, longitude: 0 },
      { latitude: 1, longitude: 1 },
      { latitude: 0, longitude: 1 },
      { latitude: 1, longitude: 0 },
    ];
    const { order, km } = shortestTrip(distanceTable(corners, corners), corners.length);
    expect(order.toSorted()).toEqual([0, 1, 2, 3]);
    expect(km).toBeCloseTo(4 * DEGREE_KM, -1);
  });
});

describe("the depots", () => {
  it("stand where most people live", () => {
    const towns = onEquator(0, 1, 2, 50, 51, 52);
    const plan = bestSites(distanceTable(towns, towns), [1, 9, 1, 1, 9, 1], towns.length, 2);
    expect(plan.sites.toSorted()).toEqual([1, 4]);
    expect(plan.meanKm).toBeCloseTo((4 / 22) * DEGREE_KM, 6);
  });
});

describe("the spanning tree", () => {
  it("joins each place to its nearest neighbour on a line", () => {
    const legs = spanningTree(onEquator(0, 10, 3, 7));
    expect(legs).toEqual([
      [0, 2],
      [2, 3],
      [3, 1],
    ]);
  });
});
