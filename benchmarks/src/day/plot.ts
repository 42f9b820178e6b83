import type { Outcome } from "./day.js";

const WIDTH = 860;
const ROW = 34;
const TOP = 58;
const BOTTOM = 40;
/** Where names end; where the bars of calls are, and the latencies. */
const NAMES_END = 170;
const CALLS = { from: 180, to: 420 };
const LATENCIES = { from: 490, to: 830 };

const INK = "#24292f";
const FAINT = "#d0d7de";
const COLOURS = { calls: "#5b7fa6", p50: "#2f855a", p99: "#c77d1e", max: "#b03a2e" };

/** Draws what the strategies cost the origin, and how long requests took, on a logarithmic scale: an SVG. */
export function plotDay(outcomes: readonly Outcome[]): string {
  const height = TOP + outcomes.length * ROW + BOTTOM;
  const mostCalls = Math.max(...outcomes.map(({ originCalls }) => originCalls));
  const bottom = height - BOTTOM;
  const ticks = decadesOf(outcomes);
  const placeOf = (ms: number) => {
    const [first, last] = [Math.log10(ticks[0] as number), Math.log10(ticks.at(-1) as number)];
    const part = (Math.log10(Math.max(ms, ticks[0] as number)) - first) / (last - first);
    return LATENCIES.from + part * (LATENCIES.to - LATENCIES.from);
  };
  const rows = outcomes.map((outcome, index) => {
    const y = TOP + index * ROW + ROW / 2;
    const callsWidth = (outcome.originCalls / mostCalls) * (CALLS.to - CALLS.from);
    const [p50, p99, max] = [placeOf(outcome.p50), placeOf(outcome.p99), placeOf(outcome.max)];
    return [
      text(outcome.name, NAMES_END, y, "end"),
      `<rect x="${CALLS.from}" y="${y - 9}" width="${callsWidth.toFixed(1)}" height="18" fill="${COLOURS.calls}"/>`,
      text(String(outcome.originCalls), CALLS.from + callsWidth + 6, y, "start"),
      line(p50, y, max, y, FAINT, 4),
      dot(max, y, COLOURS.max, 6.5),
      dot(p99, y, COLOURS.p99),
      dot(p50, y, COLOURS.p50),
    ];
  });
  const axis = ticks.flatMap((ms) => [
    line(placeOf(ms), TOP, placeOf(ms), bottom, FAINT, 1),
    text(ms < 1_000 ? `${ms} ms` : `${ms / 1_000} s`, placeOf(ms), bottom + 16, "middle"),
  ]);
  const legend = (["p50", "p99", "max"] as const).flatMap((name, index) => [
    dot(LATENCIES.from + 90 + index * 80, 40, COLOURS[name]),
    text(name === "max" ? "longest" : name, LATENCIES.from + 100 + index * 80, 40, "start"),
  ]);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" ` +
      `font-family="sans-serif" font-size="13" role="img" aria-label="Calls of the origin and latency by strategy">`,
    `<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>`,
    text("Calls of the origin", CALLS.from, 20, "start", "bold"),
    text("Latency of a request", LATENCIES.from, 20, "start", "bold"),
    ...legend,
    ...axis,
    ...rows.flat(),
    "</svg>\n",
  ].join("\n");
}

/** The powers of ten, in milliseconds, between which all latencies lie. */
function decadesOf(outcomes: readonly Outcome[]): number[] {
  const least = Math.floor(Math.log10(Math.min(...outcomes.map(({ p50 }) => p50))));
  const most = Math.ceil(Math.log10(Math.max(...outcomes.map(({ max }) => max))));
  return Array.from({ length: most - least + 1 }, (_, index) =>
    Number((10 ** (least + index)).toPrecision(1)),
  );
}

function text(content: string, x: number, y: number, anchor: string, weight = "normal"): string {
  return `<text x="${x.toFixed(1)}" y="${y + 4.5}" text-anchor="${anchor}" font-weight="${weight}" fill="${INK}">${content}</text>`;
}

function line(x1: number, y1: number, x2: number, y2: number, colour: string, width: number): string {
  return `<line x1="${x1.toFixed(1)}" y1="${y1}" x2="${x2.toFixed(1)}" y2="${y2}" stroke="${colour}" stroke-width="${width}"/>`;
}

function dot(x: number, y: number, colour: string, radius = 5): string {
  return `<circle cx="${x.toFixed(1)}" cy="${y}" r="${radius}" fill="${colour}"/>`;
}
