import { setImmediate } from "node:timers/promises";

const SLICE_MS = 5;

/** Yields `items` one by one, and every few milliseconds lets the process do other things before it goes on. */
export async function* sliced<T>(items: Iterable<T>): AsyncGenerator<T, void, undefined> {
  let until = performance.now() + SLICE_MS;
  for (const item of items) {
    if (performance.now() >= until) {
      await setImmediate();
      until = performance.now() + SLICE_MS;
    }
    yield item;
  }
}
