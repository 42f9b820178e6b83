import { startTimer } from "./clock.js";

const FIRST_MS = 5;
const GROWTH = 1.6;
const LONGEST_MS = 200;

/** Waits for `ms`, which keeps the process alive; rejects with the reason of `signal` where that comes first. */
export function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason);
      return;
    }
    const stop = () => {
      timer.stop();
      reject(signal.reason);
    };
    const timer = startTimer(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, ms);
    signal.addEventListener("abort", stop, { once: true });
  });
}

/**
 * How long to wait between one look at the store and the next: longer each time, up to about `longestMs`, and not in step
 * with others.
 */
export function* growingDelays(longestMs = LONGEST_MS): Generator<number, never, undefined> {
  for (let ms = FIRST_MS; ; ms = Math.min(ms * GROWTH, longestMs)) yield ms * (0.75 + Math.random() / 2);
}
