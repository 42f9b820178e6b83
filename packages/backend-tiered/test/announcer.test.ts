import { type Bus, type BusListener, type ChangeListener, createCache } from "@cullet/core";
import { describe, expect, it } from "vitest";
import { Announcer } from "../src/announcer.js";
import { tiered } from "../src/index.js";
import { Store, StoreBackend } from "./store.js";

/** Carries texts within this process, and notes them. */
class MemoryBus implements Bus {
  readonly maxBytes: number;
  readonly said: string[] = [];
  isDown = false;
  readonly #listeners = new Set<BusListener>();

  constructor(maxBytes = 1_000) {
    this.maxBytes = maxBytes;
  }

  listen(listener: BusListener) {
    this.#listeners.add(listener);
    listener.listening();
    return () => this.#listeners.delete(listener);
  }

  publish(text: string): void {
    if (this.isDown) throw new Error("the bus is down");
    this.said.push(text);
    for (const listener of this.#listeners) listener.heard(text);
  }

  /** Has been away, and is back. */
  back(): void {
    this.isDown = false;
    for (const listener of this.#listeners) listener.listening();
  }
}

/** Returns what a listener is told, as words. */
function listenTo(bus: Bus): string[] {
  const told: string[] = [];
  const listener: ChangeListener = {
    listening: () => told.push("listening"),
    deaf: () => told.push("deaf"),
    changed: (keys) => told.push(...keys),
  };
  new Announcer(bus).listen(listener);
  return told;
}

describe("what is announced", () => {
  it("is heard by others, whatever the keys are", async () => {
    const bus = new MemoryBus();
    const told = listenTo(bus);
    const keys = [":1:a", 'with "quotes", and é\n', "漢字"];
    await new Announcer(bus).changed(keys);
    expect(told).toEqual(["listening", ...keys]);
  });

  it("is not heard by who announced it", async () => {
    const bus = new MemoryBus();
    const told: string[] = [];
    const announcer = new Announcer(bus);
    announcer.listen({ listening: () => {}, deaf: () => {}, changed: (keys) => told.push(...keys) });
    await announcer.changed(["key"]);
    expect(bus.said).toHaveLength(1);
    expect(told).toEqual([]);
  });

  it("goes in as many texts as it takes, none longer than the bus carries", async () => {
    const bus = new MemoryBus(100);
    const told = listenTo(bus);
    const keys = Array.from({ length: 50 }, (_, at) => `:1:${"é".repeat(5)}-${at}`);
    await new Announcer(bus).changed(keys);
    expect(told.slice(1).toSorted()).toEqual(keys.toSorted());
    for (const text of bus.said) expect(Buffer.byteLength(text)).toBeLessThanOrEqual(100);
  });

  it("makes all copies void where a key is longer than the bus carries", async () => {
    const bus = new MemoryBus(100);
    const told = listenTo(bus);
    await new Announcer(bus).changed(["short", "long".repeat(30)]);
    expect(told.toSorted()).toEqual(["listening", "listening", "short"]);
  });

  it("makes all copies void where it is in no form that is known", () => {
    for (const text of ["", "{}", "[]", "[1]", '["id", "key"]', '["id", [1]]', "null", "\0"]) {
      const bus = new MemoryBus();
      const told = listenTo(bus);
      bus.publish(text);
      expect(told, text).toEqual(["listening", "listening"]);
    }
  });

  it("is made up for when the bus is back, where it could not be said", async () => {
    const bus = new MemoryBus();
    const told = listenTo(bus);
    const announcer = new Announcer(bus);
    announcer.listen({ listening: () => {}, deaf: () => {}, changed: () => {} });
    bus.isDown = true;
    await announcer.changed(["key"]);
    expect(told).toEqual(["listening"]);
    bus.back();
    // By the bus, and by who could not say what had changed.
    expect(told).toEqual(["listening", "listening", "listening"]);
  });
});

describe("tiers on a bus", () => {
  it("hear of who only writes", async () => {
    const [store, bus] = [new Store(), new MemoryBus()];
    const tiers = () => createCache(tiered({ far: new StoreBackend(store, { tells: false }), bus }));
    await using reader = tiers();
    await using first = tiers();
    await first.set("key", "old");
    expect(await reader.get("key")).toBe("old");
    await using writer = tiers();
    await writer.set("key", "new");
    expect(await reader.get("key")).toBe("new");
    await using clearer = tiers();
    await clearer.clear();
    expect(await reader.get("key")).toBeUndefined();
  });

  it("are not told of what changed nothing", async () => {
    const [store, bus] = [new Store(), new MemoryBus()];
    await using cache = createCache(tiered({ far: new StoreBackend(store, { tells: false }), bus }));
    await cache.add("key", 1);
    bus.said.length = 0;
    expect(await cache.add("key", 2)).toBe(false);
    expect(await cache.touch("missing", 60)).toBe(false);
    expect(await cache.delete("missing")).toBe(false);
    await expect(cache.incr("missing")).rejects.toThrow("there is none");
    expect(bus.said).toEqual([]);
  });
});
