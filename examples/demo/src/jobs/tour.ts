import { formatWhole } from "../format.js";
import { distanceTable } from "../geometry.js";
import type { Country } from "../towns.js";
import type { Finding, Job } from "./finding.js";

const STOPS = 150;
// Below this, an improvement is rounding and could go on for ever.
const MIN_GAIN_KM = 1e-6;

/** The travelling salesman: from every start the nearest town next, then 2-opt; the shortest trip of all is kept. */
export const tour: Job = {
  title: "Shortest round trip",
  about: `A round trip through the ${STOPS} largest towns, as short as 2-opt makes it from each of them as the start.`,

  run({ towns, name }: Country): Finding {
    const stops = towns.slice(0, STOPS);
    const trip = shortestTrip(distanceTable(stops, stops), stops.length);
    const visited = trip.order.flatMap((stop) => stops[stop] ?? []);
    const home = visited.slice(0, 1);
    return {
      headline: `A round trip through the ${stops.length} largest towns of ${name} takes ${formatWhole(trip.km)} km.`,
      columns: ["Stop", "Town", "Inhabitants"],
      rows: visited.map((town, at) => [`${at + 1}`, town.name, formatWhole(town.population)]),
      lines: [[...visited, ...home]],
      marks: home,
    };
  },
};

/** An order of stops, by index, and the length of the trip that ends where it began. */
export interface Trip {
  readonly order: readonly number[];
  readonly km: number;
}

/** Returns the shortest trip found through all of `count` stops, between which `table` has the distances. */
export function shortestTrip(table: Float64Array, count: number): Trip {
  const km = (from: number, to: number) => table[from * count + to] ?? 0;
  let best: Trip = { order: [], km: Number.POSITIVE_INFINITY };
  for (let start = 0; start < count; start += 1) {
    const order = untangle(nearestNext(start, count, km), km);
    const length = order.reduce((sum, stop, at) => sum + km(stop, order[(at + 1) % count] ?? stop), 0);
    if (length < best.km) best = { order, km: length };
  }
  return best;
}

type Distance = (from: number, to: number) => number;

function nearestNext(start: number, count: number, km: Distance): number[] {
  const ahead = new Set(Array.from({ length: count }, (_, stop) => stop));
  const order: number[] = [];
  for (let here = start; order.length < count; ) {
    order.push(here);
    ahead.delete(here);
    let nearest = Number.POSITIVE_INFINITY;
    const from = here;
    for (const stop of ahead) {
      if (km(from, stop) >= nearest) continue;
      nearest = km(from, stop);
      here = stop;
    }
  }
  return order;
}

/** Takes crossings out of a trip: turns a stretch of it around wherever that makes it shorter (2-opt). */
function untangle(order: number[], km: Distance): number[] {
  const at = (position: number) => order[position % order.length] ?? 0;
  for (let improved = true; improved; ) {
    improved = false;
    for (let first = 0; first < order.length - 1; first += 1) {
      for (let last = first + 1; last < order.length; last += 1) {
        const [before, from, to, after] = [at(first), at(first + 1), at(last), at(last + 1)];
        const gain = km(before, from) + km(to, after) - km(before, to) - km(from, after);
        if (gain <= MIN_GAIN_KM) continue;
        reverse(order, first + 1, last);
        improved = true;
      }
    }
  }
  return order;
}

function reverse(order: number[], from: number, to: number): void {
  order.splice(from, to - from + 1, ...order.slice(from, to + 1).reverse());
}
