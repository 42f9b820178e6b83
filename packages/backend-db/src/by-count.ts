/** The numbers of rows for which statements are prepared: from 3 on each at most a third more than the one before. */
const COUNTS = [
  1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 25, 32, 40, 50, 64, 80, 100, 128, 160, 200, 256, 320, 400, 500,
];

/** How many rows one statement names at most. */
export const MOST_ROWS = Math.max(...COUNTS);

/** Returns the first of `items`, and as many of those after it as a statement is prepared for. */
export function firstOf<T>(items: readonly T[]): readonly T[] {
  const count = COUNTS.findLast((known) => known <= items.length);
  return items.slice(0, count);
}

/** Returns `items`, with the last of them again and again until there are as many as a statement is prepared for. */
export function pad<T>(items: readonly T[]): readonly T[] {
  const count = COUNTS.find((known) => known >= items.length) ?? items.length;
  return count === items.length
    ? items
    : [...items, ...Array<T>(count - items.length).fill(items.at(-1) as T)];
}

/** A statement for any number of rows: each of its texts is made once. */
export class ByCount {
  readonly #make: (count: number) => string;
  readonly #made = new Map<number, string>();

  constructor(make: (count: number) => string) {
    this.#make = make;
  }

  /** Returns the statement for `count` rows. */
  for(count: number): string {
    const known = this.#made.get(count);
    if (known !== undefined) return known;
    const text = this.#make(count);
    this.#made.set(count, text);
    return text;
  }
}

/** Returns `count` of `item`, with commas between them. */
export function list(item: string, count: number): string {
  return Array<string>(count).fill(item).join(", ");
}
