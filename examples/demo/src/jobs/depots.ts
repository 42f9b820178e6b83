import { formatWhole } from "../format.js";
import { distanceTable } from "../geometry.js";
import type { Country } from "../towns.js";
import type { Finding, Job } from "./finding.js";

const DEPOTS = 7;
const SITES = 200;

/** The p-median problem, by interchange: the best move of one depot is made until no move makes it better. */
export const depots: Job = {
  title: "Best depots",
  about: `Where to put ${DEPOTS} depots, among the ${SITES} largest towns, so that people live close to one on average.`,

  run({ towns, name }: Country): Finding {
    const sites = towns.slice(0, SITES);
    const people = towns.map((town) => town.population);
    const plan = bestSites(distanceTable(sites, towns), people, sites.length, DEPOTS);
    const served = plan.sites.flatMap((site) => sites[site] ?? []);
    return {
      headline: `With ${DEPOTS} depots, people in ${name} live ${formatWhole(plan.meanKm)} km from the nearest on average.`,
      columns: ["Depot", "Town", "Inhabitants"],
      rows: served.map((town, at) => [`${at + 1}`, town.name, formatWhole(town.population)]),
      lines: [],
      marks: served,
    };
  },
};

/** The sites chosen, by index, and how far a weight is from the nearest of them on average. */
export interface Plan {
  readonly sites: readonly number[];
  readonly meanKm: number;
}

/**
 * Returns the `count` of `siteCount` sites from which the weights are nearest, as far as moving one at a time finds
 * them. `table` has the distances of each site to every weight.
 */
export function bestSites(
  table: Float64Array,
  weights: readonly number[],
  siteCount: number,
  count: number,
): Plan {
  const rows = Array.from({ length: siteCount }, (_, site) =>
    table.subarray(site * weights.length, (site + 1) * weights.length),
  );
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let best: Plan = { sites: [], meanKm: Number.POSITIVE_INFINITY };
  let current: number[] = Array.from({ length: Math.min(count, siteCount) }, (_, site) => site);
  for (;;) {
    let move: Plan = best;
    for (const leaving of current) {
      const staying = current.filter((site) => site !== leaving);
      const nearest = nearestOf(
        staying.flatMap((site) => rows[site] ?? []),
        weights.length,
      );
      for (const [site, row] of rows.entries()) {
        const meanKm = costWith(row, nearest, weights) / total;
        if (meanKm < move.meanKm) move = { sites: [...staying, site], meanKm };
      }
    }
    if (move === best) return best;
    best = move;
    current = [...move.sites];
  }
}

function nearestOf(rows: readonly Float64Array[], length: number): Float64Array {
  const nearest = new Float64Array(length).fill(Number.POSITIVE_INFINITY);
  for (const row of rows) {
    for (let at = 0; at < length; at += 1) nearest[at] = Math.min(nearest[at] ?? 0, row[at] ?? 0);
  }
  return nearest;
}

function costWith(row: Float64Array, nearest: Float64Array, weights: readonly number[]): number {
  let cost = 0;
  for (let at = 0; at < weights.length; at += 1) {
    cost += Math.min(row[at] ?? 0, nearest[at] ?? 0) * (weights[at] ?? 0);
  }
  return cost;
}
