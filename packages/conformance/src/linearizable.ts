import type { Cache } from "@cullet/core";
import fc from "fast-check";

/** A call about one key. */
export type Operation =
  | { readonly name: "get" | "delete" | "touch" }
  | { readonly name: "set" | "add"; readonly value: number }
  | { readonly name: "incr"; readonly delta: number };

/** A call, and what it was told. */
export interface Observed {
  readonly operation: Operation;
  readonly result: unknown;
}

const NOT_FOUND = "KeyNotFoundError";

/** A few calls about one key, to be made at once. */
export const operations: fc.Arbitrary<Operation[]> = fc.array(
  fc.oneof(
    fc.constantFrom<Operation>({ name: "get" }, { name: "delete" }, { name: "touch" }),
    fc.record({
      name: fc.constantFrom("set" as const, "add" as const),
      value: fc.integer({ min: 0, max: 99 }),
    }),
    fc.record({ name: fc.constant("incr" as const), delta: fc.integer({ min: 100, max: 999 }) }),
  ),
  { minLength: 2, maxLength: 6 },
);

/** Makes the call, and notes what came of it. */
export async function observe(cache: Cache, key: string, operation: Operation): Promise<Observed> {
  return { operation, result: await run(cache, key, operation) };
}

/** Whether the calls, made one after another in some order, would have been told this, and left `last` behind. */
export function explains(seen: readonly Observed[], last: Observed, value?: number): boolean {
  if (seen.length === 0) return value === last.result;
  return seen.some(({ operation, result }, index) => {
    const step = apply(operation, value);
    return step.result === result && explains(seen.toSpliced(index, 1), last, step.value);
  });
}

function apply(
  operation: Operation,
  value: number | undefined,
): { result: unknown; value: number | undefined } {
  switch (operation.name) {
    case "get":
      return { result: value, value };
    case "touch":
      return { result: value !== undefined, value };
    case "delete":
      return { result: value !== undefined, value: undefined };
    case "set":
      return { result: undefined, value: operation.value };
    case "add":
      return { result: value === undefined, value: value ?? operation.value };
    case "incr": {
      if (value === undefined) return { result: NOT_FOUND, value };
      return { result: value + operation.delta, value: value + operation.delta };
    }
  }
}

async function run(cache: Cache, key: string, operation: Operation): Promise<unknown> {
  switch (operation.name) {
    case "get":
      return cache.get(key);
    case "touch":
      return cache.touch(key, 60);
    case "delete":
      return cache.delete(key);
    case "set":
      return cache.set(key, operation.value);
    case "add":
      return cache.add(key, operation.value);
    case "incr":
      return cache.incr(key, operation.delta).catch((error: Error) => error.name);
  }
}
