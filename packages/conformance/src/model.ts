import assert from "node:assert/strict";
import type { BackendFeatures, Cache } from "@cullet/core";
import fc from "fast-check";
import { countersInWholeSeconds } from "./time.js";

/** A call, made of the cache and of a plain Map beside it. `value` is a counter, or a text that is none. */
export type Call =
  | { readonly call: "get" | "has" | "delete" | "ttl"; readonly key: string }
  | {
      readonly call: "set" | "add" | "getOrSet";
      readonly key: string;
      readonly value: Value;
      readonly timeout: TimeoutKind;
    }
  | { readonly call: "touch"; readonly key: string; readonly timeout: TimeoutKind }
  | { readonly call: "incr"; readonly key: string; readonly delta: number }
  | {
      readonly call: "setMany";
      readonly entries: readonly (readonly [string, Value])[];
      readonly timeout: TimeoutKind;
    }
  | { readonly call: "getMany" | "deleteMany"; readonly keys: readonly string[] }
  | { readonly call: "clear" };

type Value = number | string;
/** For ever, for far longer than the test takes, or not at all. */
type TimeoutKind = null | 3_600 | 0;

interface Entry {
  readonly value: Value;
  readonly timeout: null | 3_600;
}

type Model = Map<string, Entry>;

const key = fc.constantFrom("a", "b", "A", "ab");
const keys = fc.array(key, { maxLength: 5 });
const value: fc.Arbitrary<Value> = fc.oneof(
  fc.integer({ min: -1_000, max: 1_000 }),
  fc.constantFrom("10", "text", ""),
);
const timeout = fc.oneof(
  { weight: 4, arbitrary: fc.constant<TimeoutKind>(3_600) },
  { weight: 3, arbitrary: fc.constant<TimeoutKind>(null) },
  { weight: 1, arbitrary: fc.constant<TimeoutKind>(0) },
);

/** Sequences of calls about a few keys. */
export const calls: fc.Arbitrary<Call[]> = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        call: fc.constantFrom("get" as const, "has" as const, "delete" as const, "ttl" as const),
        key,
      }),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        call: fc.constantFrom("set" as const, "add" as const, "getOrSet" as const),
        key,
        value,
        timeout,
      }),
    },
    { weight: 2, arbitrary: fc.record({ call: fc.constant("touch" as const), key, timeout }) },
    {
      weight: 3,
      arbitrary: fc.record({
        call: fc.constant("incr" as const),
        key,
        delta: fc.integer({ min: -2_000, max: 2_000 }),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        call: fc.constant("setMany" as const),
        entries: fc.array(fc.tuple(key, value), { maxLength: 5 }),
        timeout,
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ call: fc.constantFrom("getMany" as const, "deleteMany" as const), keys }),
    },
    { weight: 1, arbitrary: fc.record({ call: fc.constant("clear" as const) }) },
  ),
  { maxLength: 25 },
);

/** Makes the calls of an empty cache and of an empty model, and checks that both answer alike. */
export async function runBoth(
  cache: Cache,
  sequence: readonly Call[],
  features: BackendFeatures,
): Promise<void> {
  const model: Model = new Map();
  for (const call of sequence) {
    // Where the store alone knows when a counter expires, it may not tell.
    if (call.call === "ttl" && isCounter(model, call.key) && countersInWholeSeconds(features)) continue;
    const got = await ask(cache, call);
    assert.deepEqual(got, answer(model, call), `${JSON.stringify(call)}\n`);
  }
}

async function ask(cache: Cache, call: Call): Promise<unknown> {
  switch (call.call) {
    case "get":
    case "has":
    case "delete":
      return cache[call.call](call.key);
    case "ttl": {
      const left = await cache.ttl(call.key);
      // Less than an hour, and not much: the model's clock stands still.
      return typeof left === "number" && left > 3_500 && left <= 3_600.01 ? 3_600 : left;
    }
    case "set":
    case "add":
    case "getOrSet":
      return cache[call.call](call.key, call.value, call.timeout);
    case "touch":
      return cache.touch(call.key, call.timeout);
    case "incr":
      return cache.incr(call.key, call.delta).catch((error: Error) => error.name);
    case "setMany":
      return cache.setMany(call.entries, call.timeout);
    case "getMany":
    case "deleteMany":
      return cache[call.call](call.keys);
    case "clear":
      return cache.clear();
  }
}

function answer(model: Model, call: Call): unknown {
  switch (call.call) {
    case "get":
      return model.get(call.key)?.value;
    case "has":
      return model.has(call.key);
    case "delete":
      return model.delete(call.key);
    case "ttl":
      return model.get(call.key)?.timeout;
    case "set":
      return put(model, call.key, call.value, call.timeout);
    case "add": {
      if (model.has(call.key)) return false;
      put(model, call.key, call.value, call.timeout);
      return true;
    }
    case "getOrSet": {
      const there = model.get(call.key);
      if (there === undefined) put(model, call.key, call.value, call.timeout);
      return there?.value ?? call.value;
    }
    case "touch": {
      const there = model.get(call.key);
      if (there !== undefined) put(model, call.key, there.value, call.timeout);
      return there !== undefined;
    }
    case "incr": {
      const there = model.get(call.key);
      if (there === undefined) return "KeyNotFoundError";
      if (typeof there.value !== "number") return "NotAnIntegerError";
      put(model, call.key, there.value + call.delta, there.timeout);
      return there.value + call.delta;
    }
    case "setMany": {
      for (const [name, stored] of call.entries) put(model, name, stored, call.timeout);
      return [];
    }
    case "getMany":
      return new Map(call.keys.flatMap((name) => pairOf(model, name)));
    case "deleteMany":
      return new Set(call.keys.filter((name) => model.delete(name))).size;
    case "clear":
      return void model.clear();
  }
}

function put(model: Model, name: string, stored: Value, kind: TimeoutKind): void {
  if (kind === 0) model.delete(name);
  else model.set(name, { value: stored, timeout: kind });
}

function isCounter(model: Model, name: string): boolean {
  return typeof model.get(name)?.value === "number";
}

function pairOf(model: Model, name: string): [string, Value][] {
  const there = model.get(name);
  return there === undefined ? [] : [[name, there.value]];
}
