/** Requests, in the order in which they come. */
export interface Traffic {
  /** When each comes, in milliseconds from the beginning. */
  readonly times: readonly number[];
  /** What each asks for: the popularity rank of a key, from 0. */
  readonly ranks: readonly number[];
}

/** What the requests of a day are like. */
export interface TrafficOptions {
  readonly keys: number;
  readonly durationMs: number;
  /** Requests a second, on average. */
  readonly rate: number;
}

/** How far the evening is above the average, and the night below it. */
const SWING = 0.8;

/**
 * Makes the requests of a day: few at its beginning and end, most in the middle, each independent of the others, and for
 * keys by Zipf's law, the second half as often as the first, the third a third as often.
 */
export function makeTraffic({ keys, durationMs, rate }: TrafficOptions): Traffic {
  const drawRank = zipf(keys);
  const times: number[] = [];
  const peak = rate * (1 + SWING);
  // Of requests at the rate of the peak, as many are left out as the hour has fewer.
  for (let time = gap(peak); time < durationMs; time += gap(peak)) {
    const share = 1 - SWING * Math.cos((2 * Math.PI * time) / durationMs);
    if (Math.random() * (1 + SWING) < share) times.push(time);
  }
  return { times, ranks: times.map(drawRank) };
}

/** Returns the part of the requests that comes to one of several workers. */
export function shareOf({ times, ranks }: Traffic, worker: number, workers: number): Traffic {
  const isIts = (_: number, at: number) => at % workers === worker;
  return { times: times.filter(isIts), ranks: ranks.filter(isIts) };
}

/** The milliseconds between two requests, of `rate` in a second that come independently. */
function gap(rate: number): number {
  return (-Math.log(1 - Math.random()) / rate) * 1_000;
}

function zipf(count: number): () => number {
  const sums: number[] = [];
  for (let rank = 0; rank < count; rank += 1) sums.push((sums[rank - 1] ?? 0) + 1 / (rank + 1));
  const total = sums[count - 1] as number;
  return () => {
    const drawn = Math.random() * total;
    return sums.findIndex((sum) => drawn < sum);
  };
}
