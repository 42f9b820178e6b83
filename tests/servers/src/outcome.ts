import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";

/** How long a call may take under a fault: its operation timeout, and what a busy machine adds. */
export const BOUND_MS = 1_500;

/** How soon a server that is back is used again. */
export const BACK_MS = 3_000;

/** What a failing call ends with. */
export type Failure = Error & { indeterminate?: boolean; cause?: unknown };

/** Returns the error that `call` ends with, and checks that it ends in time. */
export async function failureOf(call: () => unknown): Promise<Failure> {
  const startedAt = performance.now();
  const error = await (async () => call())().then(
    (value) => assert.fail(`it should have failed, and returned ${JSON.stringify(value)}`),
    (reason: unknown) => reason,
  );
  const tookMs = performance.now() - startedAt;
  assert.ok(tookMs < BOUND_MS, `it took ${tookMs} ms; at most ${BOUND_MS} are allowed`);
  assert.ok(error instanceof Error, `it failed with ${JSON.stringify(error)}, which is no error`);
  return error;
}

/** Calls until it succeeds, and checks that this is soon enough. */
export async function soon<T>(call: () => Promise<T>): Promise<T> {
  const until = performance.now() + BACK_MS;
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (performance.now() > until) throw error;
      await sleep(20);
    }
  }
}

/** The hooks of a test runner. */
interface Hooks {
  afterEach(hook: () => void): void;
  afterAll(hook: () => void): void;
}

/** Has every test of a file fail that leaves a rejection to nobody. */
export function expectNoRejections({ afterEach, afterAll }: Hooks): void {
  const rejections: unknown[] = [];
  const note = (reason: unknown) => rejections.push(reason);
  process.on("unhandledRejection", note);
  afterAll(() => {
    process.off("unhandledRejection", note);
  });
  afterEach(() => assert.deepEqual(rejections.splice(0), []));
}
