import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import type { BackendFeatures, Cache } from "@cullet/core";

/** The timeout of entries that are to expire while a test looks on, in seconds. */
export const BRIEF = 0.05;

/** How far the clock of a store may be from this process's, in milliseconds. */
const CLOCK_SLACK_MS = 25;

/** Waits until an entry that was stored a moment ago for `seconds` must be gone. */
export async function outlive(seconds: number): Promise<void> {
  await sleep(seconds * 1_000 + CLOCK_SLACK_MS);
}

/** Waits until a counter must be gone: later where the store alone knows its expiry, in whole seconds. */
export async function outliveCounter(seconds: number, features: BackendFeatures): Promise<void> {
  await outlive(countersInWholeSeconds(features) ? Math.ceil(seconds) + 1 : seconds);
}

/** Whether counters are kept to whole seconds, rounded up, while other entries carry their exact expiry. */
export function countersInWholeSeconds({ expiry, counters }: BackendFeatures): boolean {
  return expiry === "payload" && counters;
}

/** Runs `store`, and checks that the entry at `key` then has `seconds` left: neither more, nor less than time passed. */
export async function assertLives(
  cache: Cache,
  key: string,
  seconds: number,
  store: () => Promise<unknown>,
): Promise<void> {
  const began = performance.now();
  await store();
  const left = await cache.ttl(key);
  const passed = (performance.now() - began + CLOCK_SLACK_MS) / 1_000;
  assert.equal(typeof left, "number", `the entry at "${key}" should have ${seconds} s left, not ${left}`);
  const range = `${seconds - passed} to ${seconds} s`;
  assert.ok(
    (left as number) <= seconds + 0.002 && (left as number) >= seconds - passed,
    `the entry at "${key}" has ${left} s left, not ${range}`,
  );
}

/**
 * Runs `attempt` until one took less than `ms`, and returns its result: what a busy machine delayed says nothing of
 * an entry that was to live as long.
 */
export async function within<T>(ms: number, attempt: () => Promise<T>): Promise<T> {
  for (;;) {
    const began = performance.now();
    const result = await attempt();
    if (performance.now() - began < ms) return result;
  }
}
