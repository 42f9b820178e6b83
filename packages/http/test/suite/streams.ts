import type { Cache } from "@cullet/core";
import type { Names } from "./adapter.js";

/** A body of which the test decides when it goes on. */
export class Stream implements AsyncIterable<string> {
  readonly #pieces: (string | Error | undefined)[] = [];
  #wake: () => void = () => {};

  write(piece: string): void {
    this.#give(piece);
  }

  end(): void {
    this.#give(undefined);
  }

  fail(): void {
    this.#give(new Error("the stream broke"));
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<string> {
    for (;;) {
      while (this.#pieces.length === 0) await new Promise<void>((resolve) => (this.#wake = resolve));
      const piece = this.#pieces.shift();
      if (piece === undefined) return;
      if (piece instanceof Error) throw piece;
      yield piece;
    }
  }

  #give(piece: string | Error | undefined): void {
    this.#pieces.push(piece);
    this.#wake();
  }
}

/** What every cache of a stack is given. */
export interface StackOptions {
  readonly cache: Cache;
  readonly maxBytes?: number;
  readonly maxVariants?: number;
}

type Stack = readonly [name: string, use: (names: Names, options: StackOptions) => readonly unknown[]];

/** Each of the caches alone. */
export const CACHES: readonly Stack[] = [
  ["cacheSite", ({ cacheSite }, options) => [cacheSite(options)]],
  ["cachePage", ({ cachePage }, options) => [cachePage(60, options)]],
  ["httpCache", ({ httpCache }, options) => [httpCache(options)]],
];

/** What may stand in the way of a stream. */
export const STACKS: readonly Stack[] = [
  ...CACHES,
  ["conditionalGet", ({ conditionalGet }) => [conditionalGet()]],
  ["compress", ({ compress }) => [compress()]],
  [
    "a stack of six",
    ({ cacheSite, httpCache, compress, conditionalGet, cachePage, varyOnCookie }, options) => [
      compress(),
      cacheSite(options),
      httpCache(options),
      conditionalGet(),
      cachePage(60, options),
      varyOnCookie(),
    ],
  ],
];
