import { readdirSync, readFileSync } from "node:fs";
import type { Codec } from "../../src/values/codec.js";
import { createCodec } from "../../src/values/create-codec.js";
import { payloadExpiry, samples, storeExpiry } from "./samples.js";

const FOLDER = new URL("golden/", import.meta.url);

/** The format that is written now. A release that changes it adds a folder, and keeps the old ones. */
export const WRITTEN_VERSION = "v1";

/** A stored payload, and what it is of. */
export interface Golden {
  readonly value: () => unknown;
  readonly encode: () => Uint8Array;
  readonly decode: (payload: Uint8Array) => unknown;
}

const inStore = createCodec(storeExpiry, "structured");
const inPayload = createCodec(payloadExpiry, "structured");
const json = createCodec(storeExpiry, "json");
const sealedJson = createCodec(payloadExpiry, "json");
const custom = createCodec(storeExpiry, {
  serialize: (value) => String(value).toUpperCase(),
  deserialize: (bytes) => String(bytes).toLowerCase(),
});

// Some ten thousand years from now.
const EXPIRES_AT = 2 ** 48;

/** Every golden file, by its name without the extension. */
export const goldens = new Map<string, Golden>([
  ...Object.entries(samples).map(([name, value]) => golden(name, value, inStore)),
  golden("sealed integer", () => -42, inPayload),
  golden("sealed integer that expires", () => 42, inPayload, EXPIRES_AT),
  golden("string that expires", () => "soon gone", inPayload, EXPIRES_AT),
  golden(
    "rich value that expires",
    () => ({ at: new Date(1), bytes: Buffer.from("abc") }),
    inPayload,
    EXPIRES_AT,
  ),
  golden("bare json", () => ({ a: [1, "\u00e9", null] }), json),
  golden("bare json integer", () => 42, json),
  golden("sealed json", () => ({ a: [1, "\u00e9", null] }), sealedJson),
  golden("custom", () => "of a serializer", custom),
]);

function golden(
  name: string,
  value: () => unknown,
  codec: Codec<unknown>,
  expiresAt: number | null = null,
): [name: string, golden: Golden] {
  const key = `golden:1:${name}`;
  return [
    name.replaceAll(" ", "-"),
    {
      value,
      // Only at a time that stands still is an expiry what it was.
      encode: () =>
        codec.encode(key, value(), expiresAt === null ? null : expiresAt - Date.now()) as Uint8Array,
      decode: (payload) => codec.decode(key, payload),
    },
  ];
}

/** Reads all golden files of one version. */
export function readGoldens(version: string): Map<string, Uint8Array> {
  const folder = new URL(`${version}/`, FOLDER);
  return new Map(
    readdirSync(folder).map((file) => [
      file.replace(/\.bin$/, ""),
      new Uint8Array(readFileSync(new URL(file, folder))),
    ]),
  );
}

/** Returns where the golden file of that name lies. */
export function goldenUrl(version: string, name: string): URL {
  return new URL(`${version}/${name}.bin`, FOLDER);
}
