import { fileURLToPath } from "node:url";
import { deserialize, serialize } from "node:v8";
import { baseFeatures } from "@cullet/core";
import * as cbor from "cbor-x";
import * as devalue from "devalue";
import { build } from "esbuild";
import * as msgpackr from "msgpackr";
import superjson from "superjson";
import type { createCodec as CreateCodec } from "../../packages/core/dist/values/create-codec.js";
import { duration, type Measured, measure } from "./measure.js";
import { kilobyteObject, shortText } from "./values.js";

/** One way to turn values into what is stored, and back. */
interface Way {
  encode(value: unknown): unknown;
  decode(stored: never): unknown;
}

const KEY = "app:1:user:42:profile";
const createCodec = await loadCodec();
const bytes = createCodec({ ...baseFeatures, expiry: "store", counters: true }, "structured");
const copies = createCodec(
  { ...baseFeatures, expiry: "store", counters: true, payloads: "copies" },
  "structured",
);
const packr = new msgpackr.Packr({ structuredClone: true, copyBuffers: true });
const cborEncoder = new cbor.Encoder({ structuredClone: true });

const ways: Readonly<Record<string, Way>> = {
  // The limit: text in memory, which JSON loses much in.
  JSON: { encode: JSON.stringify, decode: JSON.parse },
  "cullet, copies": {
    encode: (value) => copies.encode(KEY, value, null),
    decode: (payload) => copies.decode(KEY, payload),
  },
  "cullet, bytes": {
    encode: (value) => bytes.encode(KEY, value, null),
    decode: (payload) => bytes.decode(KEY, payload),
  },
  "JSON as bytes": {
    encode: (value) => Buffer.from(JSON.stringify(value)),
    decode: (stored: Buffer) => JSON.parse(stored.toString()),
  },
  structuredClone: { encode: structuredClone, decode: structuredClone },
  v8: { encode: serialize, decode: deserialize },
  "msgpackr, structured": {
    // What it returns lies in memory that it goes on using.
    encode: (value) => Buffer.from(packr.pack(value)),
    decode: (stored) => packr.unpack(stored),
  },
  "cbor-x, structured": {
    encode: (value) => Buffer.from(cborEncoder.encode(value)),
    decode: (stored) => cborEncoder.decode(stored),
  },
  devalue: { encode: devalue.stringify, decode: devalue.parse },
  superjson: { encode: superjson.stringify, decode: superjson.parse },
};

const users = Array.from({ length: 400 }, (_, id) => ({
  id,
  name: `Person Number ${id}`,
  active: id % 2 === 0,
  score: id * 1.37,
  tags: ["alpha", "beta", "gamma"],
  address: { street: `${id} Long Street`, city: "Springfield", place: { lat: 51.5, lng: -0.12 } },
}));

const values: Readonly<Record<string, unknown>> = {
  "a short string": shortText,
  "1 KB of plain data": kilobyteObject,
  "the same with two dates": { ...kilobyteObject, created: new Date(1.7e12), updated: new Date(1.7e12) },
  "80 KB of plain data": { users },
  "a thousand integers": Array.from({ length: 1000 }, (_, at) => at * 7),
  "a Map of fifty objects": new Map(users.slice(0, 50).map((user) => [user.name, user])),
  // Not a Buffer, since superjson cannot read its own writing of one.
  "10 KB of bytes": new Uint8Array(10_000).fill(0xe5),
};

/** Measures the ways to encode and decode values. */
export async function benchCodec(): Promise<void> {
  for (const [title, value] of Object.entries(values)) {
    const encoded = await measure(
      candidates(
        ({ encode }) =>
          () =>
            encode(value),
      ),
    );
    const decoded = await measure(
      candidates(({ encode, decode }) => {
        const stored = encode(value) as never;
        return () => decode(stored);
      }),
    );
    print(title, encoded, decoded);
  }
}

function candidates(operationOf: (way: Way) => () => unknown): Record<string, (times: number) => void> {
  return Object.fromEntries(
    Object.entries(ways).map(([name, way]) => {
      const operation = operationOf(way);
      return [
        name,
        (times) => {
          for (let n = 0; n < times; n += 1) operation();
        },
      ];
    }),
  );
}

function print(title: string, encoded: readonly Measured[], decoded: readonly Measured[]): void {
  console.log(`\n### codec: ${title}\n`);
  console.log("| | encode | ratio | decode | ratio |\n|---|---:|---:|---:|---:|");
  for (const [at, { name, ns }] of encoded.entries()) {
    const decode = decoded[at]?.ns ?? Number.NaN;
    const ratios = [ns / (encoded[0]?.ns ?? Number.NaN), decode / (decoded[0]?.ns ?? Number.NaN)].map(
      (ratio) => ratio.toFixed(2),
    );
    console.log(`| ${name} | ${duration(ns)} | ${ratios[0]} | ${duration(decode)} | ${ratios[1]} |`);
  }
}

/** Builds the codec, which the package keeps to itself, as the package is built. */
async function loadCodec(): Promise<typeof CreateCodec> {
  const source = new URL("../../packages/core/src/values/create-codec.ts", import.meta.url);
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(source)],
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    write: false,
  });
  const code = Buffer.from(outputFiles[0]?.contents ?? []).toString("base64");
  const codec: { createCodec: typeof CreateCodec } = await import(`data:text/javascript;base64,${code}`);
  return codec.createCodec;
}
