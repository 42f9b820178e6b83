import type { Candidate } from "./measure.js";

/** How many calls are under way at once, where many are. */
export const AT_ONCE = 64;

type Operation = (key: string) => unknown;

/** Calls over each of `keys` in turn, each call after the answer of the one before. */
export function oneAtATime(operation: Operation, keys: readonly string[]): Candidate {
  return async (times) => {
    for (let n = 0; n < times; n += 1) await operation(keys[n % keys.length] as string);
  };
}

/** Calls over each of `keys` in turn, `AT_ONCE` calls in a tick, and again when the last of them is answered. */
export function manyAtATime(operation: Operation, keys: readonly string[]): Candidate {
  return async (times) => {
    for (let n = 0; n < times; n += AT_ONCE) {
      const count = Math.min(AT_ONCE, times - n);
      await Promise.all(
        Array.from({ length: count }, (_, at) => operation(keys[(n + at) % keys.length] as string)),
      );
    }
  };
}

/** Has `AT_ONCE` callers call over each of `keys` in turn, each as soon as it is answered: as a server under load does. */
export function byCallers(operation: Operation, keys: readonly string[]): Candidate {
  return async (times) => {
    let called = 0;
    const caller = async () => {
      while (called < times) {
        const key = keys[called % keys.length] as string;
        called += 1;
        await operation(key);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, caller));
  };
}

/** Calls again and again. */
export function repeated(operation: () => unknown): Candidate {
  return async (times) => {
    for (let n = 0; n < times; n += 1) await operation();
  };
}
