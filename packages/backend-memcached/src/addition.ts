import { addDelta } from "@cullet/core";
import type { Transport } from "./transport.js";

/** The most that is added without a look at what is there: it leaves the safe integers from their very ends only. */
const MOST_UNSEEN = 2 ** 32;

/**
 * Adds `delta` to the counter at `key`, and returns the sum; `undefined` where there is no entry.
 *
 * @throws NotAnIntegerError where it is no counter, or the sum is no safe integer. The value stays.
 */
export async function addTo(store: Transport, key: string, delta: number): Promise<number | undefined> {
  if (Math.abs(delta) <= MOST_UNSEEN) {
    const result = await store.count({ key, delta });
    if (result === "missing") return undefined;
    if (typeof result === "object") {
      if (Number.isSafeInteger(result.sum)) return result.sum;
      await takeBack(store, key, delta, result.cas);
    }
  }
  return addSeen(store, key, delta);
}

async function addSeen(store: Transport, key: string, delta: number): Promise<number | undefined> {
  for (;;) {
    const there = await store.read(key);
    if (there === undefined) return undefined;
    addDelta(key, there.payload, delta);
    const result = await store.count({ key, delta, cas: there.cas });
    if (result === "missing") return undefined;
    if (typeof result === "object") return result.sum;
    if (result === "not a number") addDelta(key, undefined, delta);
  }
}

// Nobody else's addition to a counter that has left the safe integers stands either, so it is theirs to take back.
async function takeBack(store: Transport, key: string, delta: number, cas: Buffer): Promise<void> {
  const result = await store.count({ key, delta: -delta, cas });
  if (result !== "changed") return;
  const there = await store.read(key);
  if (there === undefined || typeof there.payload === "number") return;
  await takeBack(store, key, delta, there.cas);
}
