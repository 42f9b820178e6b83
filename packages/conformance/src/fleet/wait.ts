import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";

const LONGEST_MS = 30_000;

/** Waits until `isSo`, which must be soon. */
export async function eventually(isSo: () => boolean): Promise<void> {
  const until = performance.now() + LONGEST_MS;
  while (!isSo()) {
    assert.ok(performance.now() < until, `nothing came of it within ${LONGEST_MS} ms`);
    await sleep(5);
  }
}
