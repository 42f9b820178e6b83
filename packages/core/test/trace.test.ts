import { tracingChannel } from "node:diagnostics_channel";
import { inspect } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { BackendError, type CacheTrace, createCache, createCaches, type Payload } from "../src/index.js";
import { MapBackend } from "./map-backend.js";

const channel = tracingChannel<string, CacheTrace>("cullet");
const events: [string, CacheTrace][] = [];
const note = (name: string) => (message: unknown) => {
  events.push([name, { ...(message as CacheTrace) }]);
};
const subscribers = {
  start: note("start"),
  end: note("end"),
  asyncStart: note("asyncStart"),
  asyncEnd: note("asyncEnd"),
  error: note("error"),
};
const ended = () => events.filter(([name]) => name === "asyncEnd").map(([, trace]) => trace);

class DownBackend extends MapBackend {
  override get(): Promise<Payload | undefined> {
    return Promise.reject(new BackendError("nobody there"));
  }
}

describe("the tracing channel", () => {
  beforeEach(() => {
    events.length = 0;
    channel.subscribe(subscribers);
  });
  afterEach(() => {
    channel.unsubscribe(subscribers);
  });

  it("tells of an operation before and after it", async () => {
    const caches = createCaches({ hot: new MapBackend() });
    await caches.hot.set("k", "v");
    expect(events.map(([name]) => name)).toEqual(["start", "end", "asyncStart", "asyncEnd"]);
    expect(ended()).toEqual([
      expect.objectContaining({ operation: "set", cache: "hot", backend: "MapBackend", keys: ["k"] }),
    ]);
  });

  it("tells whether what was looked for was there", async () => {
    const cache = createCache(new MapBackend());
    await cache.set("k", "v");
    events.length = 0;
    await cache.get("k");
    await cache.get("l", "default");
    await cache.getMany(["k"]);
    await cache.getMany(["k", "l"]);
    await cache.getOrSet("k", () => 1);
    await cache.getOrSet("m", () => 1);
    expect(ended().map(({ operation, keys, hit }) => ({ operation, keys, hit }))).toEqual([
      { operation: "get", keys: ["k"], hit: true },
      { operation: "get", keys: ["l"], hit: false },
      { operation: "getMany", keys: ["k"], hit: true },
      { operation: "getMany", keys: ["k", "l"], hit: false },
      { operation: "getOrSet", keys: ["k"], hit: true },
      { operation: "getOrSet", keys: ["m"], hit: false },
    ]);
  });

  it("tells how many of several keys were there, and how many entries were stored and dropped", async () => {
    const cache = createCache(new MapBackend());
    await cache.set("k", "v");
    await cache.setMany({ k: 1, l: 2 });
    await cache.add("k", "v");
    await cache.getMany(new Set(["k", "m"]));
    await cache.getOrSet("k", () => 1);
    await cache.getOrSet("m", () => 1);
    await cache.getOrSetMany(new Set(["m", "n"]), () => ({ n: 1 }));
    await cache.delete("k");
    await cache.deleteMany(["k", "l", "m"]);
    const counts = ended().map(({ operation, keys, found, stored, deleted }) => {
      return { operation, keys, found, stored, deleted };
    });
    expect(counts).toEqual([
      { operation: "set", keys: ["k"], stored: 1 },
      { operation: "setMany", keys: ["k", "l"], stored: 2 },
      { operation: "add", keys: ["k"], stored: 0 },
      { operation: "getMany", keys: ["k", "m"], found: 1 },
      { operation: "getOrSet", keys: ["k"] },
      { operation: "getOrSet", keys: ["m"], stored: 1 },
      { operation: "getOrSetMany", keys: ["m", "n"], found: 1, stored: 1 },
      { operation: "delete", keys: ["k"], deleted: 1 },
      { operation: "deleteMany", keys: ["k", "l", "m"], deleted: 2 },
    ]);
  });

  it("tells each operation by its own name, with the keys that it is about", async () => {
    const cache = createCache(new MapBackend());
    await cache.setMany(new Map([["n", 5]]));
    await cache.getMany(new Set(["n"]));
    await cache.decr("n");
    await cache.decrVersion("n");
    await cache.deletePattern("*").catch(() => {});
    expect(ended().map(({ operation, keys }) => ({ operation, keys }))).toEqual([
      { operation: "setMany", keys: ["n"] },
      { operation: "getMany", keys: ["n"] },
      { operation: "decr", keys: ["n"] },
      { operation: "decrVersion", keys: ["n"] },
      { operation: "deletePattern", keys: [] },
    ]);
  });

  it("does not tell the value", async () => {
    const cache = createCache(new MapBackend());
    await cache.set("k", "confidential");
    await cache.get("k");
    expect(inspect(events, { depth: 9, showHidden: true })).not.toContain("confidential");
  });

  it("tells what went wrong, also where the caller is not told", async () => {
    const open = createCache({ backend: () => new DownBackend(), failOpen: true });
    expect(await open.get("k")).toBeUndefined();
    const failures = events.filter(([name]) => name === "error").map(([, trace]) => trace);
    expect(failures).toEqual([
      expect.objectContaining({
        operation: "get",
        keys: ["k"],
        error: expect.objectContaining({ code: "CULLET_BACKEND" }),
      }),
    ]);
  });
});
