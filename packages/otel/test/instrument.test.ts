import { locmem } from "@cullet/backend-locmem";
import { BackendError, BaseBackend, createCache, createCaches, type Payload } from "@cullet/core";
import { context, SpanStatusCode, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import {
  AggregationTemporality,
  type DataPoint,
  type Histogram,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-base";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type InstrumentOptions, instrument } from "../src/index.js";

const SECRET_VALUE = "a value that must not be seen";

class DownBackend extends BaseBackend {
  get(): Promise<Payload | undefined> {
    return Promise.reject(new BackendError("nobody there at app:1:the-key"));
  }
  set(): Promise<void> {
    return Promise.reject(new BackendError("nobody there"));
  }
  async delete(): Promise<boolean> {
    return false;
  }
  async clear(): Promise<void> {}
}

const spans = new InMemorySpanExporter();
const tracerProvider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] });
let metrics: InMemoryMetricExporter;
let reader: PeriodicExportingMetricReader;
let instrumented: Disposable;

function start(options: InstrumentOptions = {}): void {
  metrics = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  reader = new PeriodicExportingMetricReader({ exporter: metrics });
  const meterProvider = new MeterProvider({ readers: [reader] });
  instrumented = instrument({ tracerProvider, meterProvider, ...options });
}

async function points<T = number>(name: string): Promise<DataPoint<T>[]> {
  await reader.forceFlush();
  const [exported] = metrics.getMetrics().slice(-1);
  const all = exported?.scopeMetrics.flatMap((scope) => scope.metrics) ?? [];
  return (all.find(({ descriptor }) => descriptor.name === name)?.dataPoints ?? []) as DataPoint<T>[];
}

/** Returns what a counter has come to, by its caches. */
async function counted(name: string): Promise<Record<string, number>> {
  const found = await points(name);
  return Object.fromEntries(found.map(({ attributes, value }) => [String(attributes["cache.name"]), value]));
}

beforeEach(() => {
  spans.reset();
});
afterEach(async () => {
  instrumented[Symbol.dispose]();
  await reader.shutdown();
});

describe("spans", () => {
  it("are one for each operation, named after it and its cache", async () => {
    start();
    const caches = createCaches({ hot: { backend: locmem, location: "spans" } });
    await caches.hot.set("k", SECRET_VALUE);
    await caches.hot.get("k");
    await caches.hot.get("none");
    expect(spans.getFinishedSpans().map(({ name, attributes }) => [name, attributes])).toEqual([
      ["set hot", { "cache.operation": "set", "cache.name": "hot", "cache.backend": "locmem" }],
      [
        "get hot",
        { "cache.operation": "get", "cache.name": "hot", "cache.backend": "locmem", "cache.hit": true },
      ],
      [
        "get hot",
        { "cache.operation": "get", "cache.name": "hot", "cache.backend": "locmem", "cache.hit": false },
      ],
    ]);
  });

  it("belong to the span that is active", async () => {
    start();
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    const cache = createCache({ backend: locmem, location: "parents" });
    const parent = tracerProvider.getTracer("test").startSpan("request");
    await context.with(trace.setSpan(context.active(), parent), () => cache.get("k"));
    context.disable();
    const [span] = spans.getFinishedSpans();
    expect(span?.parentSpanContext?.spanId).toBe(parent.spanContext().spanId);
  });

  it("tell keys only where they are asked to", async () => {
    const cache = createCache({ backend: locmem, location: "keys" });
    start();
    await cache.getMany(["a", "b"]);
    expect(spans.getFinishedSpans()[0]?.attributes).not.toHaveProperty("cache.keys");
    instrumented[Symbol.dispose]();
    start({ keys: true });
    await cache.getMany(["a", "b"]);
    await cache.setMany({ a: 1, b: 2 });
    await cache.clear();
    expect(spans.getFinishedSpans().map(({ attributes }) => attributes["cache.keys"])).toEqual([
      undefined,
      ["a", "b"],
      ["a", "b"],
      undefined,
    ]);
  });

  it("tell what kind of error there was, and neither values nor keys", async () => {
    start();
    const cache = createCache(new DownBackend());
    await expect(cache.get("the-key")).rejects.toThrow(BackendError);
    await expect(cache.set("the-key", { of: () => SECRET_VALUE })).rejects.toThrow();
    const memory = createCache({ backend: locmem, location: "errors" });
    const failing = () => Promise.reject(new RangeError(SECRET_VALUE));
    await expect(memory.getOrSet("the-key", failing)).rejects.toThrow(RangeError);
    const finished = spans.getFinishedSpans();
    expect(finished.map(({ status }) => status)).toEqual(
      finished.map(() => ({ code: SpanStatusCode.ERROR })),
    );
    expect(finished.map(({ attributes }) => attributes["error.type"])).toEqual([
      "CULLET_BACKEND",
      "CULLET_SERIALIZATION",
      "RangeError",
    ]);
    const shown = JSON.stringify(
      finished.map(({ attributes, events, status }) => [attributes, events, status]),
    );
    expect(shown).not.toContain(SECRET_VALUE);
    expect(shown).not.toContain("the-key");
  });

  it("tell the messages of Cullet's errors along with keys, and no other's", async () => {
    start({ keys: true });
    const cache = createCache(new DownBackend());
    await cache.get("the-key").catch(() => {});
    const memory = createCache({ backend: locmem, location: "messages" });
    await memory.getOrSet("k", () => Promise.reject(new Error(SECRET_VALUE))).catch(() => {});
    expect(spans.getFinishedSpans().map(({ status }) => status.message)).toEqual([
      "nobody there at app:1:the-key",
      undefined,
    ]);
  });

  it("tell of an error that the cache forgave", async () => {
    start();
    const cache = createCache({ backend: () => new DownBackend(), failOpen: true });
    expect(await cache.get("k")).toBeUndefined();
    const [span] = spans.getFinishedSpans();
    expect(span?.status.code).toBe(SpanStatusCode.UNSET);
    expect(span?.events).toMatchObject([
      { name: "exception", attributes: { "exception.type": "CULLET_BACKEND" } },
    ]);
  });
});

describe("metrics", () => {
  it("count hits and misses by key", async () => {
    start();
    const caches = createCaches({
      hot: { backend: locmem, location: "hot" },
      cold: { backend: locmem, location: "cold" },
    });
    await caches.hot.setMany({ a: 1, b: 2 });
    await caches.hot.get("a");
    await caches.hot.getMany(new Set(["a", "b", "c"]));
    await caches.hot.getMany(["d", "d"]);
    await caches.cold.getOrSet("a", () => 1);
    await caches.cold.getOrSet("a", () => 1);
    await caches.cold.getOrSetMany(["a", "b", "c"], (missing) => new Map(missing.map((key) => [key, 1])));
    expect(await counted("cache.hits")).toEqual({ hot: 3, cold: 2 });
    expect(await counted("cache.misses")).toEqual({ hot: 3, cold: 3 });
    expect(caches.hot.stats()).toMatchObject({ hits: 3, misses: 3 });
    expect(caches.cold.stats()).toMatchObject({ hits: 2, misses: 3 });
  });

  it("count entries that are stored and deleted", async () => {
    start();
    const caches = createCaches({ hot: { backend: locmem, location: "writes" } });
    await caches.hot.set("a", 1);
    await caches.hot.setMany({ b: 2, c: 3 });
    await caches.hot.add("a", 1);
    await caches.hot.add("d", 1);
    await caches.hot.getOrSet("e", () => 1);
    expect(await counted("cache.sets")).toEqual({ hot: caches.hot.stats().sets });
    expect(caches.hot.stats().sets).toBe(5);
    await caches.hot.delete("a");
    await caches.hot.delete("none");
    await caches.hot.deleteMany(["b", "c", "none"]);
    await caches.hot.clear();
    expect(await counted("cache.deletes")).toEqual({ hot: 3 });
  });

  it("count errors by their kind, also those that were forgiven", async () => {
    start();
    const open = createCache({ backend: () => new DownBackend(), failOpen: true });
    await open.get("k");
    await open.set("k", 1);
    await createCache({ backend: locmem, location: "counters" })
      .incr("none")
      .catch(() => {});
    const found = await points("cache.errors");
    expect(
      found.map(({ attributes, value }) => [attributes["cache.operation"], attributes["error.type"], value]),
    ).toEqual([
      ["get", "CULLET_BACKEND", 1],
      ["set", "CULLET_BACKEND", 1],
      ["incr", "CULLET_KEY_NOT_FOUND", 1],
    ]);
    expect(await counted("cache.sets")).toEqual({});
  });

  it("tell how long operations took, in seconds", async () => {
    start();
    const cache = createCache({ backend: locmem, location: "durations" });
    for (let n = 0; n < 3; n += 1) await cache.get("k");
    await cache.incr("k").catch(() => {});
    const found = await points<Histogram>("cache.operation.duration");
    expect(found.map(({ attributes, value }) => [attributes, value.count])).toEqual([
      [{ "cache.operation": "get", "cache.name": "cache", "cache.backend": "locmem" }, 3],
      [
        {
          "cache.operation": "incr",
          "cache.name": "cache",
          "cache.backend": "locmem",
          "error.type": "CULLET_KEY_NOT_FOUND",
        },
        1,
      ],
    ]);
    expect(found[0]?.value.sum).toBeLessThan(5);
  });

  it("have no keys, even where spans have", async () => {
    start({ keys: true });
    const cache = createCache({ backend: locmem, location: "no keys" });
    await cache.set("the-key", SECRET_VALUE);
    await cache.get("the-key");
    await reader.forceFlush();
    const exported = JSON.stringify(metrics.getMetrics().map(({ scopeMetrics }) => scopeMetrics));
    expect(exported).toContain("cache.hits");
    expect(exported).not.toContain("the-key");
  });
});

describe("instrument", () => {
  it("stops when it is disposed of", async () => {
    start();
    const cache = createCache({ backend: locmem, location: "disposed" });
    instrumented[Symbol.dispose]();
    await cache.get("k");
    expect(spans.getFinishedSpans()).toEqual([]);
  });

  it("takes the global providers where it is given none, which do nothing where there are none", async () => {
    start();
    using _ = instrument();
    const cache = createCache({ backend: locmem, location: "global" });
    await cache.set("k", 1);
    expect(await cache.get("k")).toBe(1);
    expect(spans.getFinishedSpans()).toHaveLength(2);
  });

  it("ends what began before it, without a span", async () => {
    const cache = createCache({ backend: locmem, location: "before" });
    let finish = (_: number) => {};
    const slow = cache.getOrSet("k", () => new Promise<number>((resolve) => (finish = resolve)));
    start();
    await new Promise((resolve) => setImmediate(resolve));
    finish(5);
    expect(await slow).toBe(5);
    expect(spans.getFinishedSpans()).toEqual([]);
  });
});
