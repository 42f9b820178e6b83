import { setTimeout as sleep } from "node:timers/promises";

/** How long one look may take before the next. */
export interface WaitOptions {
  /** Milliseconds after which waiting is an error. */
  timeout: number;
  /** Milliseconds between two looks. @default 25 */
  interval?: number;
}

/** Waits until `look` neither throws nor returns false; the error after `timeout` has its last one as cause. */
export async function waitUntil(
  what: string,
  look: () => Promise<boolean | undefined> | boolean | undefined,
  { timeout, interval = 25 }: WaitOptions,
): Promise<void> {
  const end = performance.now() + timeout;
  let cause: unknown;
  while (performance.now() < end) {
    try {
      if ((await look()) !== false) return;
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    await sleep(interval);
  }
  throw new Error(`Waited ${timeout} ms in vain until ${what}`, { cause });
}
