import { createCipheriv, createDecipheriv, createHmac, createSecretKey, randomBytes } from "node:crypto";
import { tracingChannel } from "node:diagnostics_channel";
import { setImmediate as setImmediatePromise } from "node:timers/promises";
import { brotliCompressSync, brotliDecompressSync, constants } from "node:zlib";
import { locmem } from "@cullet/backend-locmem";
import {
  type BackendFeatures,
  BaseBackend,
  baseFeatures,
  type CacheSettings,
  createCache,
  type Payload,
} from "@cullet/core";
import { instrument } from "@cullet/otel";
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import { BasicTracerProvider, NoopSpanProcessor } from "@opentelemetry/sdk-trace-base";
import { type Candidate, duration, measure, report } from "./measure.js";
import { kilobyteObject } from "./values.js";

/** A store outside the process that takes no time: what is left is what core does. */
class InstantStore extends BaseBackend {
  override readonly features: BackendFeatures = { ...baseFeatures, atomic: true, expiry: "store" };
  readonly #payloads = new Map<string, Payload>();

  get(key: string): Payload | undefined {
    return this.#payloads.get(key);
  }

  set(key: string, payload: Payload): void {
    this.#payloads.set(key, payload);
  }

  delete(key: string): boolean {
    return this.#payloads.delete(key);
  }

  clear(): void {
    this.#payloads.clear();
  }
}

/** A way to store a value and to read it, and the least that must be done for that. */
interface Way {
  readonly settings: CacheSettings;
  write(json: Buffer): Buffer;
  read(stored: Buffer): Buffer;
}

const SECRET = randomBytes(32).toString("hex");
const hmacKey = createSecretKey(randomBytes(32));
const brotliOptions = { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } };

const ways: Readonly<Record<string, Way>> = {
  "as it is": { settings: {}, write: (json) => json, read: (stored) => stored },
  compressed: {
    settings: { compression: { threshold: 0 } },
    write: (json) => brotliCompressSync(json, brotliOptions),
    read: (stored) => brotliDecompressSync(stored),
  },
  signed: {
    settings: { secret: SECRET },
    write: (json) => Buffer.concat([createHmac("sha256", hmacKey).update(json).digest(), json]),
    read(stored) {
      createHmac("sha256", hmacKey).update(stored.subarray(32)).digest();
      return stored.subarray(32);
    },
  },
  sealed: {
    settings: { secret: { keys: SECRET, mode: "seal" } },
    write(json) {
      const nonce = randomBytes(12);
      const cipher = createCipheriv("aes-256-gcm", hmacKey, nonce);
      const sealed = [cipher.update(json), cipher.final()];
      return Buffer.concat([nonce, cipher.getAuthTag(), ...sealed]);
    },
    read(stored) {
      const decipher = createDecipheriv("aes-256-gcm", hmacKey, stored.subarray(0, 12));
      decipher.setAuthTag(stored.subarray(12, 28));
      return Buffer.concat([decipher.update(stored.subarray(28)), decipher.final()]);
    },
  },
};

const values: Readonly<Record<string, unknown>> = {
  "1 KB": kilobyteObject,
  "16 KB": Array.from({ length: 16 }, (_, id) => ({ ...structuredClone(kilobyteObject), id })),
};

/** Measures what it costs to be watched, and to compress and protect what is stored. */
export async function benchWatch(): Promise<void> {
  await benchListeners();
  for (const [size, value] of Object.entries(values)) await benchWays(size, value);
  await benchStalls();
}

async function benchListeners(): Promise<void> {
  const cache = createCache({ backend: locmem, location: "watch", timeout: null });
  await cache.set("key", "a short text");
  const get: Candidate = async (times) => {
    for (let n = 0; n < times; n += 1) await cache.get("key");
  };
  const subscribers = { asyncEnd: () => {} };
  const channel = tracingChannel("cullet");
  const whileHeard = (listen: () => () => void): Candidate => {
    return async (times) => {
      const stop = listen();
      await get(times);
      stop();
    };
  };
  const whileInstrumented = (options: Parameters<typeof instrument>[0]) =>
    whileHeard(() => {
      const instrumented = instrument(options);
      return () => instrumented[Symbol.dispose]();
    });
  const reader = new PeriodicExportingMetricReader({
    exporter: new InMemoryMetricExporter(AggregationTemporality.DELTA),
    exportIntervalMillis: 60_000,
  });
  const meterProvider = new MeterProvider({ readers: [reader] });
  const tracerProvider = new BasicTracerProvider({ spanProcessors: [new NoopSpanProcessor()] });
  report(
    "watch: get from memory",
    await measure({
      "nobody listens": get,
      "one subscriber that does nothing": whileHeard(() => {
        channel.subscribe(subscribers as never);
        return () => {
          channel.unsubscribe(subscribers as never);
        };
      }),
      "@cullet/otel, no SDK": whileInstrumented({}),
      "@cullet/otel, metrics": whileInstrumented({ meterProvider }),
      "@cullet/otel, metrics and spans": whileInstrumented({ meterProvider, tracerProvider }),
    }),
  );
}

async function benchWays(size: string, value: unknown): Promise<void> {
  for (const [way, { settings, write, read }] of Object.entries(ways)) {
    const cache = createCache({ backend: new InstantStore(), timeout: null, ...settings });
    const stored = write(Buffer.from(JSON.stringify(value)));
    await cache.set("key", value);
    report(
      `watch: write ${size} ${way}, bare and through the cache`,
      await measure({
        "write, bare": async (times) => {
          for (let n = 0; n < times; n += 1) await write(Buffer.from(JSON.stringify(value)));
        },
        set: async (times) => {
          for (let n = 0; n < times; n += 1) await cache.set("key", value);
        },
      }),
    );
    report(
      `watch: read ${size} ${way}, bare and through the cache`,
      await measure({
        "read, bare": async (times) => {
          for (let n = 0; n < times; n += 1) await JSON.parse(read(stored).toString("latin1"));
        },
        get: async (times) => {
          for (let n = 0; n < times; n += 1) await cache.get("key");
        },
      }),
    );
  }
}

/** Measures how long everybody else waits while a long text is stored and read. */
async function benchStalls(): Promise<void> {
  const text = JSON.stringify(
    Array.from({ length: 100_000 }, (_, id) => ({
      id,
      name: randomBytes(8).toString("hex"),
      tags: ["alpha", "beta"],
    })),
  );
  const bytes = Buffer.from(text);
  const compressed = brotliCompressSync(bytes, brotliOptions);
  const stalls: Readonly<Record<string, () => unknown>> = {
    brotliCompressSync: () => brotliCompressSync(bytes, brotliOptions),
    brotliDecompressSync: () => brotliDecompressSync(compressed),
    "set and get": storedIn({}),
    "set and get, compressed": storedIn({ compression: true }),
    "set and get, signed": storedIn({ secret: SECRET }),
    "set and get, sealed": storedIn({ secret: { keys: SECRET, mode: "seal" } }),
  };
  function storedIn(settings: CacheSettings): () => Promise<void> {
    const cache = createCache({ backend: new InstantStore(), ...settings });
    return async () => {
      await cache.set("key", text);
      await cache.get("key");
    };
  }
  console.log(
    `\n### watch: the longest stall of a text of ${Math.round(bytes.length / 1e6)} MB\n\n| | stall |\n|---|---:|`,
  );
  for (const [name, work] of Object.entries(stalls)) {
    await work();
    console.log(`| ${name} | ${duration(await longestStall(work))} |`);
  }
}

async function longestStall(work: () => unknown): Promise<number> {
  let longest = 0n;
  let last = process.hrtime.bigint();
  let isDone = false;
  const look = () => {
    const now = process.hrtime.bigint();
    if (now - last > longest) longest = now - last;
    last = now;
    if (!isDone) setImmediate(look);
  };
  look();
  await setImmediatePromise();
  await work();
  isDone = true;
  await setImmediatePromise();
  return Number(longest);
}
