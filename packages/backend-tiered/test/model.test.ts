import { type Cache, createCache } from "@cullet/core";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { tiered } from "../src/index.js";
import { Store, StoreBackend } from "./store.js";

const PROCESSES = 3;
const KEYS = ["a", "b"];
const NEAR_MS = 1_000;

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

type Step =
  | {
      what: "set" | "add" | "get" | "delete" | "incr" | "touch";
      who: number;
      key: string;
      value: number;
      timeout: number | null;
    }
  | { what: "clear"; who: number }
  | { what: "invalidate"; who: number; tag: string }
  | { what: "setTagged"; who: number; key: string; value: number; tag: string }
  | { what: "wait"; ms: number };

const who = fc.nat(PROCESSES - 1);
const key = fc.constantFrom(...KEYS);
const tag = fc.constantFrom("t", "u");
const value = fc.nat(1_000);
const timeout = fc.constantFrom(0.3, 0.9, 1.5, 4, null);
const wait = fc.record({ what: fc.constant("wait" as const), ms: fc.constantFrom(1, 299, 300, 600, 1_000) });
const untagged = fc.record({
  what: fc.constantFrom("set", "add", "get", "get", "get", "delete", "incr", "touch"),
  who,
  key,
  value,
  timeout,
});
const clear = fc.record({ what: fc.constant("clear" as const), who });
const tagged = fc.record({ what: fc.constant("setTagged" as const), who, key, value, tag });
const invalidate = fc.record({ what: fc.constant("invalidate" as const), who, tag });

async function run(caches: readonly Cache[], step: Step): Promise<unknown> {
  if (step.what === "wait") return undefined;
  const cache = caches[step.who] as Cache;
  switch (step.what) {
    case "set":
      return cache.set(step.key, step.value, step.timeout);
    case "add":
      return cache.add(step.key, step.value, step.timeout);
    case "get":
      return cache.get(step.key);
    case "delete":
      return cache.delete(step.key);
    case "touch":
      return cache.touch(step.key, step.timeout);
    case "incr":
      return cache.incr(step.key).catch((error: Error) => error.name);
    case "clear":
      return cache.clear();
    case "setTagged":
      return cache.set(step.key, step.value, { tags: [step.tag] });
    case "invalidate":
      return cache.invalidateTags([step.tag]);
  }
}

describe("tiers over a store that tells of changes", () => {
  it("answer as the store alone would, whoever does what", async () => {
    const steps = fc.array(fc.oneof({ weight: 6, arbitrary: untagged }, tagged, invalidate, clear, wait), {
      maxLength: 60,
    });
    await fc.assert(
      fc.asyncProperty(steps, async (steps) => {
        const store = new Store();
        const caches = Array.from({ length: PROCESSES }, () =>
          createCache(tiered({ far: new StoreBackend(store, { tells: true }) })),
        );
        const plainStore = new Store();
        const plain = Array.from({ length: PROCESSES }, () =>
          createCache(new StoreBackend(plainStore, { tells: false })),
        );
        for (const step of steps) {
          if (step.what === "wait") vi.advanceTimersByTime(step.ms);
          expect(await run(caches, step)).toEqual(await run(plain, step));
        }
        await Promise.all([...caches, ...plain].map((cache) => cache.close()));
      }),
      { numRuns: 300 },
    );
  });
});

/** What was at a key for a time. */
interface Past {
  readonly value: number | undefined;
  readonly expiresAt: number;
  /** When another took its place, and by which step. */
  endedAt: number;
  endedBy: number;
}

/** Knows what a key held, and when: what another process may still see. */
class History {
  readonly #pasts: Past[] = [{ value: undefined, expiresAt: Infinity, endedAt: Infinity, endedBy: Infinity }];

  get now(): Past {
    const last = this.#pasts.at(-1) as Past;
    return last.expiresAt > Date.now() ? last : { ...last, value: undefined };
  }

  put(value: number | undefined, expiresAt: number, step: number): void {
    const last = this.#pasts.at(-1) as Past;
    last.endedAt = Date.now();
    last.endedBy = step;
    this.#pasts.push({ value, expiresAt, endedAt: Infinity, endedBy: Infinity });
  }

  /** The values that may be read by who changed the key at `step`, and not since. */
  readable(step: number): (number | undefined)[] {
    const now = Date.now();
    const copies = this.#pasts.filter(
      ({ expiresAt, endedAt, endedBy }) => expiresAt > now && endedAt > now - NEAR_MS && endedBy > step,
    );
    return [this.now.value, ...copies.map(({ value }) => value).filter((value) => value !== undefined)];
  }
}

describe("tiers over a store that tells nothing", () => {
  it("show what was there within the near timeout, never what has expired, and everybody's own changes", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof({ weight: 5, arbitrary: untagged }, wait), { maxLength: 80 }),
        async (steps) => {
          const store = new Store();
          const caches = Array.from({ length: PROCESSES }, () =>
            createCache(
              tiered({ far: new StoreBackend(store, { tells: false }), nearTimeout: NEAR_MS / 1_000 }),
            ),
          );
          const histories = new Map(KEYS.map((key) => [key, new History()]));
          const changedBy = new Map<string, number>();
          for (const [number, step] of (steps as Step[]).entries()) {
            if (step.what === "wait") vi.advanceTimersByTime(step.ms);
            const result = await run(caches, step);
            if (!("key" in step) || !("timeout" in step)) continue;
            const history = histories.get(step.key) as History;
            const name = `${step.who} ${step.key}`;
            const { value, expiresAt } = history.now;
            const until = step.timeout === null ? Infinity : Date.now() + step.timeout * 1_000;
            if (step.what === "get") {
              expect(history.readable(changedBy.get(name) ?? -1)).toContain(result);
              continue;
            }
            changedBy.set(name, number);
            if (step.what === "set" || (step.what === "add" && result))
              history.put(step.value, until, number);
            if (step.what === "delete") history.put(undefined, Infinity, number);
            if (step.what === "touch" && result) history.put(value, until, number);
            if (step.what === "incr" && typeof result === "number") history.put(result, expiresAt, number);
            expect(result === true || typeof result === "number" || step.what === "set").toBe(
              step.what === "set" || (step.what === "add" ? value === undefined : value !== undefined),
            );
          }
          await Promise.all(caches.map((cache) => cache.close()));
        },
      ),
      { numRuns: 300 },
    );
  });
});
