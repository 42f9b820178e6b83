import { readdirSync, readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { parseSecret } from "../../src/config/secret.js";
import type { Codec } from "../../src/values/codec.js";
import { ALGORITHMS, type Algorithm, compress, isAvailable } from "../../src/values/compression.js";
import { createCodec } from "../../src/values/create-codec.js";
import { Keyring } from "../../src/values/keyring.js";
import { noteOf, withNote } from "../../src/values/note.js";
import { UNDECODABLE } from "../../src/values/undecodable.js";
import { counting, payloadExpiry, samples, storeExpiry } from "./samples.js";

const FOLDER = new URL("golden/", import.meta.url);

/** The format that is written now. A release that changes it adds a folder, and keeps the old ones. */
export const WRITTEN_VERSION = "v1";

/** A stored payload, and what it is of. */
export interface Golden {
  readonly value: () => unknown;
  /** Whether it is written with the same bytes each time, on any Node. */
  readonly isFixed: boolean;
  readonly encode: () => Uint8Array;
  readonly decode: (payload: unknown) => unknown;
}

const inStore = createCodec(storeExpiry, "structured");
const counted = createCodec(counting, "structured");
const inPayload = createCodec(payloadExpiry, "structured");
const json = createCodec(storeExpiry, "json");
const sealedJson = createCodec(payloadExpiry, "json");
const custom = createCodec(storeExpiry, {
  serialize: (value) => String(value).toUpperCase(),
  deserialize: (bytes) => String(bytes).toLowerCase(),
});

const SECRET = "golden secrets are for tests alone";
const signing = new Keyring(parseSecret(SECRET, "secret"));
const sealing = new Keyring(parseSecret({ keys: SECRET, mode: "seal" }, "secret"));

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
  noted("with a note", () => ({ a: 1 }), inStore),
  noted("integer with a note", () => 42, inPayload, EXPIRES_AT),
  noted("json with a note", () => ["a"], json),
  ...ALGORITHMS.map(compressed),
  guarded("signed", () => ({ to: "all" }), inStore, signing),
  guarded("signed text that expires", () => "soon gone", inPayload, signing, EXPIRES_AT),
  guarded("signed integer", () => 42, inStore, signing),
  guarded("signed counter", () => 42, counted, signing),
  guarded("signed json", () => ({ a: [1, "\u00e9", null] }), json, signing),
  guarded("sealed with a secret", () => ({ to: "some" }), inStore, sealing),
  guarded("sealed with a secret, expires", () => new Date(5), inPayload, sealing, EXPIRES_AT),
]);

function noted(
  title: string,
  value: () => unknown,
  codec: Codec<unknown>,
  expiresAt: number | null = null,
): [name: string, golden: Golden] {
  const key = `golden:1:${title}`;
  const [name, plain] = golden(title, value, codec, expiresAt);
  const features = expiresAt === null ? storeExpiry : payloadExpiry;
  const tags = [["red", "version"]] as const;
  const note = { freshUntil: 1_700_000_000_000.5, keptMs: 60_000, costMs: 25, tags };
  return [
    name,
    {
      ...plain,
      encode: () => {
        const ttlMs = expiresAt === null ? null : expiresAt - Date.now();
        return withNote(plain.encode(), { features, key, ttlMs }, note) as Uint8Array;
      },
      decode: (payload) =>
        isDeepStrictEqual(noteOf(features, payload), note) ? plain.decode(payload) : "no note",
    },
  ];
}

function compressed(algorithm: Algorithm): [name: string, golden: Golden] {
  const text = "over and over again, ".repeat(50);
  const [name, plain] = golden(`compressed by ${algorithm}`, () => text, inPayload, EXPIRES_AT);
  return [
    name,
    {
      ...plain,
      value: () => (isAvailable(algorithm) ? text : UNDECODABLE),
      isFixed: false,
      encode: () =>
        compress(`golden:1:${name.replaceAll("-", " ")}`, plain.encode(), {
          threshold: 0,
          algorithm,
        }) as Uint8Array,
    },
  ];
}

function guarded(
  title: string,
  value: () => unknown,
  codec: Codec<unknown>,
  keyring: Keyring,
  expiresAt: number | null = null,
): [name: string, golden: Golden] {
  const key = `golden:1:${title}`;
  const [name, plain] = golden(title, value, codec, expiresAt);
  return [
    name,
    {
      value,
      isFixed: keyring === signing,
      encode: () => keyring.protect(key, plain.encode()),
      decode: (payload) => plain.decode(keyring.reveal(key, payload)),
    },
  ];
}

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
      isFixed: true,
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
