/** Returns a source of numbers from 0 to 1 that are the same in each run (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Draws from `items` by Zipf's law, as visitors do: the second half as often as the first, the third a third as often. */
export function zipfSampler<T>(items: readonly T[], random: () => number): () => T {
  const total = items.reduce((sum, _, rank) => sum + 1 / (rank + 1), 0);
  return () => {
    let left = random() * total;
    for (const [rank, item] of items.entries()) {
      left -= 1 / (rank + 1);
      if (left < 0) return item;
    }
    // Rounding can leave a trace of the total.
    return items[items.length - 1] as T;
  };
}

/** Returns `items` in another order, which `random` decides. */
export function shuffle<T>(items: readonly T[], random: () => number): T[] {
  return items
    .map((item) => ({ item, order: random() }))
    .sort((a, b) => a.order - b.order)
    .map(({ item }) => item);
}
