import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Cache, createCache } from "../src/index.js";
import { type FakeClock, fakeClock } from "../src/testing/index.js";
import { MapBackend } from "./map-backend.js";
import { Model } from "./model.js";
import { StoreBackend } from "./store-backend.js";

const KEYS = ["a", "b"];
const TAGS = ["red", "blue"];

let clock: FakeClock;

beforeEach(() => {
  clock = fakeClock();
});
afterEach(() => {
  clock[Symbol.dispose]();
});

const key = fc.constantFrom(...KEYS);
const window = fc.option(fc.constantFrom(0, 5, 10), { nil: undefined });
const tags = fc.subarray(TAGS);
const storing = fc.record({ timeout: fc.constantFrom(3, 5, 10, null), tags });
const making = fc.record({
  timeout: fc.constantFrom(5, 10, null),
  staleWhileRevalidate: window,
  staleIfError: window,
  tags,
});

/** Something that is done to the cache and to the model; what both answer is compared. */
const step = fc.oneof(
  fc.record({ do: fc.constant("wait" as const), span: fc.constantFrom(1, 4, 5, 11) }),
  fc.record({ do: fc.constantFrom("set" as const, "add" as const), key, storing }),
  fc.record({ do: fc.constant("touch" as const), key, timeout: fc.constantFrom(3, 8) }),
  fc.record({ do: fc.constant("delete" as const), key }),
  fc.record({ do: fc.constant("invalidate" as const), tag: fc.constantFrom(...TAGS) }),
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant("getOrSet" as const), key, making, fails: fc.boolean() }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

async function take(step: Step, value: number, cache: Cache, model: Model): Promise<void> {
  switch (step.do) {
    case "wait":
      return clock.advance(step.span);
    case "set":
      model.set(step.key, value, step.storing);
      return cache.set(step.key, value, step.storing);
    case "add":
      expect(await cache.add(step.key, value, step.storing)).toBe(model.add(step.key, value, step.storing));
      return;
    case "touch":
      expect(await cache.touch(step.key, step.timeout)).toBe(model.touch(step.key, step.timeout));
      return;
    case "delete":
      expect(await cache.delete(step.key)).toBe(model.delete(step.key));
      return;
    case "invalidate":
      model.invalidate(step.tag);
      return cache.invalidateTags([step.tag]);
    case "getOrSet": {
      const make = () => (step.fails ? Promise.reject(new Error("down")) : value);
      const got = await cache.getOrSet(step.key, make, step.making).catch(() => undefined);
      expect(got).toBe(model.getOrSet(step.key, step.fails ? undefined : value, step.making));
      // What was refreshed behind is there when it is done.
      return clock.advance(0);
    }
  }
}

describe.each(
  Object.entries({ "the four methods": MapBackend, "a store outside the process": StoreBackend }),
)("timeouts, stale windows and tags, over %s,", (_name, Backend) => {
  it("agree with a model, whoever of two caches does what in whatever order while time goes by", async () => {
    const steps = fc.array(fc.tuple(fc.nat({ max: 1 }), step), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(steps, async (steps) => {
        const backend = new Backend();
        const caches = [createCache(backend), createCache(backend)];
        const model = new Model(() => clock.now);
        for (const [at, [who, step]] of steps.entries()) {
          await take(step, at, caches[who] as Cache, model);
          for (const cache of caches) {
            const live = KEYS.filter((key) => model.get(key) !== undefined);
            expect(await cache.getMany(KEYS)).toEqual(new Map(live.map((key) => [key, model.get(key)])));
            for (const key of KEYS) expect(await cache.ttl(key)).toBe(model.ttl(key));
          }
        }
        await Promise.all(caches.map((cache) => cache.close()));
      }),
      { numRuns: 200 },
    );
  });
});
