import { longitudeFrom } from "../geometry.js";
import type { Finding } from "../jobs/finding.js";
import type { Country, Town } from "../towns.js";
import { type Html, html } from "./html.js";

const TOWNS_DRAWN = 1500;
const SIZE = 600;
const MARGIN = 12;

/** Draws a country by its towns, and on them what was found. */
export function drawMap(country: Country, { lines, marks }: Pick<Finding, "lines" | "marks">): Html {
  const towns = country.towns.slice(0, TOWNS_DRAWN);
  const { width, height, place } = projection([...towns, ...marks, ...lines.flat()]);
  const dots = towns.map((town) => `M${place(town)}h0`).join("");
  return html`<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="Map of ${country.name}">
    <path class="towns" d="${dots}"/>
    ${lines.map((line) => html`<polyline points="${line.map(place).join(" ")}"/>`)}
    ${marks.map((town) => {
      const [x = 0, y = 0] = place(town).split(",");
      return html`<circle cx="${x}" cy="${y}" r="6"><title>${town.name}</title></circle>`;
    })}
  </svg>`;
}

/** Returns how to put the towns of a country on paper: equirectangular, true to shape in its middle. */
function projection(towns: readonly Town[]) {
  const center = median(towns.map((town) => town.longitude));
  const shrink = Math.cos((median(towns.map((town) => town.latitude)) * Math.PI) / 180);
  const east = (town: Town) => longitudeFrom(center, town.longitude) * shrink;
  const [west, right] = bounds(towns.map(east));
  const [south, north] = bounds(towns.map((town) => town.latitude));
  const scale = (SIZE - 2 * MARGIN) / Math.max(right - west, north - south);
  const place = (town: Town) => {
    const x = MARGIN + (east(town) - west) * scale;
    const y = MARGIN + (north - town.latitude) * scale;
    return `${x.toFixed(1)},${y.toFixed(1)}`;
  };
  const width = Math.ceil((right - west) * scale + 2 * MARGIN);
  const height = Math.ceil((north - south) * scale + 2 * MARGIN);
  return { width, height, place };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

function bounds(values: readonly number[]): [min: number, max: number] {
  return [Math.min(...values), Math.max(...values)];
}
