import { formatWhole } from "../format.js";
import { distanceKm, type Place } from "../geometry.js";
import type { Country } from "../towns.js";
import type { Finding, Job } from "./finding.js";

const LEGS_SHOWN = 12;

/** The longest leg of the minimum spanning tree, which Prim's algorithm grows from the largest town. */
export const range: Job = {
  title: "Range needed",
  about:
    "How far a vehicle must go on one charge to reach every town of the country, charging in towns only.",

  run({ towns, name }: Country): Finding {
    const legs = spanningTree(towns)
      .flatMap(([from, to]) => {
        const [start, end] = [towns[from], towns[to]];
        return start && end ? [{ start, end, km: distanceKm(start, end) }] : [];
      })
      .sort((a, b) => b.km - a.km);
    const longest = legs.slice(0, LEGS_SHOWN);
    return {
      headline: `A vehicle needs a range of ${formatWhole(legs[0]?.km ?? 0)} km to reach every town of ${name}.`,
      columns: ["From", "To", "Distance"],
      rows: longest.map(({ start, end, km }) => [start.name, end.name, `${formatWhole(km)} km`]),
      lines: longest.map(({ start, end }) => [start, end]),
      marks: [],
    };
  },
};

/** Returns the legs, by index of their ends, that join all places and are as short as can be together. */
export function spanningTree(places: readonly Place[]): [from: number, to: number][] {
  const legs: [number, number][] = [];
  const { x, y, z } = onUnitSphere(places);
  const outside = Uint32Array.from(places.keys()).subarray(1);
  const parent = new Uint32Array(places.length);
  // The chord through the globe grows with the way around it, and needs no trigonometry.
  const chord = new Float64Array(places.length).fill(Number.POSITIVE_INFINITY);
  let newest = 0;
  for (let left = outside.length; left > 0; left -= 1) {
    const [nx, ny, nz] = [x[newest] ?? 0, y[newest] ?? 0, z[newest] ?? 0];
    let nearest = 0;
    let shortest = Number.POSITIVE_INFINITY;
    for (let at = 0; at < left; at += 1) {
      const place = outside[at] ?? 0;
      const squared = ((x[place] ?? 0) - nx) ** 2 + ((y[place] ?? 0) - ny) ** 2 + ((z[place] ?? 0) - nz) ** 2;
      if (squared < (chord[place] ?? 0)) {
        chord[place] = squared;
        parent[place] = newest;
      }
      if ((chord[place] ?? 0) >= shortest) continue;
      shortest = chord[place] ?? 0;
      nearest = at;
    }
    newest = outside[nearest] ?? 0;
    outside[nearest] = outside[left - 1] ?? 0;
    legs.push([parent[newest] ?? 0, newest]);
  }
  return legs;
}

function onUnitSphere(places: readonly Place[]): Record<"x" | "y" | "z", Float64Array> {
  const radians = Math.PI / 180;
  return {
    x: Float64Array.from(places, (p) => Math.cos(p.latitude * radians) * Math.cos(p.longitude * radians)),
    y: Float64Array.from(places, (p) => Math.cos(p.latitude * radians) * Math.sin(p.longitude * radians)),
    z: Float64Array.from(places, (p) => Math.sin(p.latitude * radians)),
  };
}
