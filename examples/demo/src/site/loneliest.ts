import { distanceTable } from "../geometry.js";
import type { Country, Town } from "../towns.js";

/** A town, and the one that is nearest to it. */
export interface LonelyTown {
  readonly town: Town;
  readonly nearest: Town;
  readonly km: number;
}

/** How many of a country's towns are compared, the largest: each with each, so that four times as long for twice as many. */
export const TOWNS_COMPARED = 1_000;
const TOWNS_SHOWN = 10;

/** Returns the towns that are farthest from the next one, the loneliest first. */
export function loneliestTowns({ towns }: Country): LonelyTown[] {
  const compared = towns.slice(0, TOWNS_COMPARED);
  const distances = distanceTable(compared, compared);
  return compared
    .map((town, row): LonelyTown => {
      const offset = row * compared.length;
      let nearest = row === 0 ? 1 : 0;
      for (let column = 0; column < compared.length; column += 1) {
        if (column !== row && at(distances, offset + column) < at(distances, offset + nearest))
          nearest = column;
      }
      return { town, nearest: compared[nearest] as Town, km: at(distances, offset + nearest) };
    })
    .sort((a, b) => b.km - a.km)
    .slice(0, TOWNS_SHOWN);
}

function at(distances: Float64Array, index: number): number {
  return distances[index] as number;
}
