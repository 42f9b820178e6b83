/** Writes milliseconds for people: `0.4 ms`, `412 ms`, `1.24 s`. */
export function formatDuration(ms: number): string {
  if (ms >= 1000) return `${(ms / 1000).toFixed(2)} s`;
  return `${ms.toFixed(ms < 10 ? 2 : 0)} ms`;
}

/** Writes a part of a whole in per cent; of nothing, a dash. */
export function formatPercent(part: number, whole: number): string {
  return whole === 0 ? "–" : `${((100 * part) / whole).toFixed(1)} %`;
}

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

/** Writes a number without its fraction: `12,455`. */
export function formatWhole(value: number): string {
  return whole.format(value);
}
