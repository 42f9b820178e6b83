import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { BackendError, createCache, type Payload } from "../../src/index.js";
import { type ChaosOptions, chaos, type FaultOptions } from "../../src/testing/index.js";
import { MapBackend } from "../map-backend.js";

/** Lists its keys as well. */
class ListingBackend extends MapBackend {
  override async *keys(prefix: string) {
    for (const key of this.entries.keys()) if (key.startsWith(prefix)) yield key;
  }
}

function chaotic(options?: ChaosOptions) {
  const wrapped = new ListingBackend();
  const backend = chaos(wrapped, options);
  const cache = createCache({ backend: () => backend, operationTimeout: 0.05 });
  return { wrapped, backend, cache };
}

/** What becomes of a hundred reads and a hundred writes: a letter for each. */
async function fates(options: ChaosOptions): Promise<string> {
  const { cache } = chaotic(options);
  const letters: Promise<string>[] = [];
  for (let n = 0; n < 100; n += 1) {
    for (const call of [cache.get(`k${n}`), cache.set(`k${n}`, n)]) {
      const fails = ({ code, indeterminate }: BackendError) =>
        code === "CULLET_BACKEND_TIMEOUT" ? "h" : indeterminate ? "l" : "r";
      letters.push(call.then(() => ".", fails));
    }
  }
  return (await Promise.all(letters)).join("");
}

const count = (text: string, letter: string) => text.split(letter).length - 1;

describe("chaos", () => {
  it("does nothing unless it is told to", async () => {
    const { cache, wrapped } = chaotic();
    await cache.set("k", { a: 1 });
    expect(await cache.get("k")).toEqual({ a: 1 });
    expect(wrapped.entries.size).toBe(1);
    expect(await fates({ seed: 5 })).toBe(".".repeat(200));
  });

  it("fails by the parts given: refused, lost and hung", async () => {
    const seen = await fates({ seed: 3, errors: 0.4, hangs: 0.2 });
    expect(count(seen, ".")).toBeGreaterThan(50);
    expect(count(seen, ".")).toBeLessThan(110);
    expect(count(seen, "h")).toBeGreaterThan(20);
    expect(count(seen, "h")).toBeLessThan(60);
    expect(count(seen, "l")).toBeGreaterThan(10);
    expect(count(seen, "r")).toBeGreaterThan(count(seen, "l"));
  });

  it("brings the same faults with the same seed, and others with another", async () => {
    const options = { seed: 11, errors: 0.3, hangs: 0.1 };
    const seen = await fates(options);
    expect(await fates(options)).toBe(seen);
    expect(await fates({ ...options, seed: 12 })).not.toBe(seen);
    // More of one kind is no other fate for the rest.
    const worse = await fates({ ...options, hangs: 0.4 });
    expect(seen.split("").every((fate, at) => fate === "." || fate === worse[at])).toBe(true);
  });

  it("befalls the operations named, and no others", async () => {
    const seen = await fates({ errors: 1, operations: ["set"] });
    expect(seen.replaceAll(/\.[lr]/g, "")).toBe("");
    const { cache } = chaotic({ errors: 1, operations: ["keys", "connect"] });
    await cache.set("k", 1);
    await expect(cache.keys().next()).rejects.toThrow("chaos: this keys was refused");
    await expect(cache.ready()).rejects.toThrow("chaos: this connect was refused");
  });

  it("can be calmed, and begin anew with other faults", async () => {
    const { cache, backend } = chaotic({ errors: 1 });
    await expect(cache.get("k")).rejects.toThrow("chaos: this get was refused");
    backend.calm();
    await cache.set("k", 1);
    expect(await cache.get("k")).toBe(1);
    const listed: string[] = [];
    for await (const key of cache.keys()) listed.push(key);
    expect(listed).toEqual(["k"]);
    backend.cause({ hangs: 1, operations: ["get"] });
    await expect(cache.get("k")).rejects.toMatchObject({ code: "CULLET_BACKEND_TIMEOUT" });
    await cache.set("k", 2);
  });

  it("ends what hangs by the operationTimeout, and lets the next write of that key through", async () => {
    const { cache, backend } = chaotic({ hangs: 1 });
    await expect(cache.set("k", 1)).rejects.toMatchObject({
      code: "CULLET_BACKEND_TIMEOUT",
      indeterminate: true,
    });
    backend.calm();
    await cache.set("k", 2);
    expect(await cache.get("k")).toBe(2);
  });

  it("leaves it open whether a write that was lost or hangs was done", async () => {
    const { cache, wrapped } = chaotic({ seed: 7, errors: 0.5, hangs: 0.5, operations: ["set"] });
    const outcomes = await Promise.allSettled(Array.from({ length: 200 }, (_, n) => cache.set(`k${n}`, n)));
    const isDone = (n: number) => wrapped.entries.has(`:1:k${n}`);
    const reasons = outcomes.map((outcome) => (outcome as PromiseRejectedResult).reason as BackendError);
    const open = reasons.flatMap(({ indeterminate }, n) => (indeterminate ? [isDone(n)] : []));
    expect(new Set(open)).toEqual(new Set([true, false]));
    for (const [n, { indeterminate }] of reasons.entries()) if (!indeterminate) expect(isDone(n)).toBe(false);
  });

  it("throws what a store's errors are to a cache", async () => {
    const { backend } = chaotic({ errors: 1 });
    const failsOpen = createCache({ backend: () => backend, failOpen: true });
    expect(await failsOpen.get("k", "default")).toBe("default");
    expect(await failsOpen.getOrSet("k", () => "made")).toBe("made");
    expect(failsOpen.stats().errors).toBeGreaterThan(1);
    const error = await createCache(backend)
      .incr("k")
      .catch((error: unknown) => error);
    expect(error).toBeInstanceOf(BackendError);
  });

  it("leaves a cache with what was stored, or may have been, and with nothing else", async () => {
    const step = fc.record({
      do: fc.constantFrom("get" as const, "set" as const, "delete" as const),
      key: fc.constantFrom("a", "b"),
    });
    await fc.assert(
      fc.asyncProperty(fc.integer(), fc.array(step, { maxLength: 30 }), async (seed, steps) => {
        const { cache } = chaotic({ seed, errors: 0.4 });
        const possible = new Map<string, unknown[]>();
        for (const [value, step] of steps.entries()) {
          const before = possible.get(step.key) ?? [undefined];
          const after = step.do === "set" ? value : undefined;
          try {
            if (step.do === "get") {
              const seen = await cache.get(step.key);
              expect(before).toContain(seen);
              possible.set(step.key, [seen]);
            } else {
              await (step.do === "set" ? cache.set(step.key, value) : cache.delete(step.key));
              possible.set(step.key, [after]);
            }
          } catch (error) {
            if (!(error instanceof BackendError)) throw error;
            if (error.indeterminate) possible.set(step.key, [...before, after]);
          }
        }
      }),
      { numRuns: 200 },
    );
  });

  it("delays by what it is told", async () => {
    const { backend } = chaotic({ delays: 1, delay: ["20ms", "30ms"] });
    const began = performance.now();
    await backend.get("k");
    expect(performance.now() - began).toBeGreaterThan(15);
    backend.cause({ delays: 1, delay: "10ms", errors: 1 });
    await expect(Promise.resolve(backend.get("k"))).rejects.toThrow("chaos: this get was refused");
  });

  it("passes on what the store itself says, and closes it", async () => {
    const { backend, wrapped, cache } = chaotic({ delays: 0.5, delay: "1ms" });
    const close = vi.spyOn(wrapped, "close");
    vi.spyOn(wrapped, "get").mockImplementation(
      (): Promise<Payload | undefined> => Promise.reject(new BackendError("full")),
    );
    for (let n = 0; n < 10; n += 1) await expect(cache.get("k")).rejects.toThrow("full");
    await cache.close();
    expect(close).toHaveBeenCalledTimes(1);
    expect(backend.features).toEqual({ ...wrapped.features, bounded: false });
  });

  it.each<[FaultOptions & { seed?: unknown }, string]>([
    [{ errors: 1.5 }, "errors must be a number from 0 to 1; got 1.5"],
    [{ hangs: "often" as never }, 'hangs must be a number from 0 to 1; got "often"'],
    [{ errors: 0.6, hangs: 0.6 }, "errors and hangs must be 1 together at most; got 0.6 and 0.6"],
    [{ delay: "soon" }, 'delay must be seconds, none or more, or a string like "5m"; got "soon"'],
    [{ delay: [2, 1] }, "delay must be the shortest and the longest"],
    [{ operations: ["getOrSet" as never] }, 'incr, clear; got "getOrSet"'],
    [{ operations: "get" as never }, "operations must be a list of connect, get, getMany"],
    [{ error: 1 } as never, 'options have no "error"'],
    [{ seed: 0.5 }, "seed must be an integer; got 0.5"],
  ])("refuses %j", (options, message) => {
    const make = () => chaos(new MapBackend(), options as ChaosOptions);
    expect(make).toThrow(TypeError);
    expect(make).toThrow(message);
  });
});
