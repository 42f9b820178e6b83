import { setImmediate, setTimeout } from "node:timers/promises";
import { type Awaitable, BackendTimeoutError } from "@cullet/core";
import { Lock, LostLockError } from "./lock.js";
import { pidOf } from "./owner.js";
import { holderOf, removeStaleLock } from "./stale-lock.js";

const EAGER_TRIES = 4;
const LONGEST_PAUSE_MS = 8;

/**
 * Runs `section` under the lock at `path`: at once where that is free, else when it has become so. The section may run
 * again, if the lock was taken from it.
 *
 * @throws BackendTimeoutError where one holder does not let go of it for `patienceMs`. The section did not run.
 */
export function withLock<T>(path: string, patienceMs: number, section: (lock: Lock) => T): Awaitable<T> {
  const done = tryWithLock(path, section);
  return done === undefined ? waitWithLock(path, patienceMs, section) : done.result;
}

/** Runs `section` under the lock at `path`; `undefined` where that is held. */
export function tryWithLock<T>(path: string, section: (lock: Lock) => T): { result: T } | undefined {
  const lock = Lock.tryTake(path);
  if (lock === undefined) return undefined;
  try {
    return { result: section(lock) };
  } catch (error) {
    if (error instanceof LostLockError) return undefined;
    throw error;
  } finally {
    lock.release();
  }
}

async function waitWithLock<T>(path: string, patienceMs: number, section: (lock: Lock) => T): Promise<T> {
  const until = performance.now() + patienceMs;
  for (let tries = 1; ; tries++) {
    if (tries <= EAGER_TRIES) {
      await setImmediate();
    } else {
      if (performance.now() > until) failIfHung(path, patienceMs);
      // Pauses differ from process to process, so that those who wait do not all come back at once.
      const pauseMs = Math.random() * Math.min(2 ** (tries - EAGER_TRIES), LONGEST_PAUSE_MS);
      if (!removeStaleLock(path)) await setTimeout(pauseMs);
    }
    const done = tryWithLock(path, section);
    if (done !== undefined) return done.result;
  }
}

// A lock that many want changes hands all the time, and this process will have its turn.
function failIfHung(path: string, patienceMs: number): void {
  const holder = holderOf(path);
  if (holder === undefined || holder.ageMs < patienceMs) return;
  const who = holder.mark === undefined ? "another process" : `process ${pidOf(holder.mark)}`;
  throw new BackendTimeoutError(
    `the file cache waited ${patienceMs} ms for ${JSON.stringify(path)}, which ${who} holds; nothing was written`,
  );
}
