import { now } from "./clock.js";
import type { Engine, Loaded } from "./engine.js";
import { standingOf } from "./standing.js";
import { cacheNameOf } from "./trace.js";
import { expandBody, expandPayload } from "./values/compression.js";
import { asBuffer, isEnvelope, Kind } from "./values/envelope.js";
import { isInteger } from "./values/integer.js";
import { Noted, noteOf } from "./values/note.js";
import { payloadSize } from "./values/payload-size.js";
import { UNDECODABLE } from "./values/undecodable.js";
import { contentsOf, kindOf, UNREADABLE } from "./values/wrapping.js";

/** What there is to tell of an entry. */
export interface Explanation {
  /** The cache's alias, as on the tracing channel. */
  readonly cache: string;
  /** The backend's name, as on the tracing channel. */
  readonly backend: string;
  /** The key under which it is stored. */
  readonly key: string;
  /**
   * `"fresh"`: `get` returns it. All else is a miss: `"absent"`, there is none; `"stale"`, its timeout is over, but
   * `getOrSet` may still take it; `"invalidated"`, a tag of it was; `"expired"`, it is, and the store has yet to drop it;
   * `"undecodable"`, for the `reason` given.
   */
  readonly state: "absent" | "fresh" | "stale" | "invalidated" | "expired" | "undecodable";
  /** Why it cannot be decoded. */
  readonly reason?: string;
  /** The form in which it is stored, the outermost where there are several. */
  readonly kind?: "integer" | "text" | "encoded" | "compressed" | "signed" | "sealed";
  /** How many bytes it takes in the store, without its key and what the store itself adds. */
  readonly bytes?: number;
  /** Seconds until its timeout is over; `null` for never. */
  readonly ttl?: number | null;
  /** Seconds until the store drops it, where that is later than its timeout. */
  readonly keptFor?: number | null;
  /** Its tags, where it has some. */
  readonly tags?: readonly string[];
}

const KINDS: ReadonlyMap<number | undefined, Explanation["kind"]> = new Map([
  [Kind.integer, "integer"],
  [Kind.asciiText, "text"],
  [Kind.utf8Text, "text"],
  [Kind.utf16Text, "text"],
  [Kind.compressed, "compressed"],
  [Kind.signed, "signed"],
  [Kind.sealed, "sealed"],
]);

/** Tells what is stored at a stored key. It counts nowhere, and is no use of the entry where the backend can avoid that. */
export async function explainEntry(engine: Engine, loaded: Loaded, key: string): Promise<Explanation> {
  const { path, backendName } = engine.config;
  const place = { cache: cacheNameOf(path), backend: backendName, key };
  const stored = await loaded.bare.peek(key);
  const ttlMs = stored === undefined ? undefined : await loaded.bare.ttl(key);
  if (stored === undefined) return { ...place, state: "absent" };

  const form = { kind: kindOfStored(stored), bytes: bytesOfStored(loaded, stored) };
  const payload = loaded.keyring === undefined ? stored : loaded.keyring.reveal(key, stored);
  const value = await valueIn(loaded, key, payload);
  if (value === UNDECODABLE) {
    return { ...place, state: "undecodable", reason: reasonFor(loaded, key, { stored, payload }), ...form };
  }
  if (value === undefined || ttlMs === undefined) return { ...place, state: "expired", ...form };

  const note = noteOf(loaded.backend.features, payload);
  if (note === undefined) return { ...place, state: "fresh", ...form, ttl: secondsOf(ttlMs) };
  const standing = await standingOf(engine, loaded, note);
  const freshMs = note.freshUntil === null ? ttlMs : note.freshUntil - now();
  return {
    ...place,
    state: STATES[standing],
    ...form,
    ttl: secondsOf(freshMs),
    ...(note.keptMs > 0 && { keptFor: secondsOf(ttlMs) }),
    ...(note.tags.length > 0 && { tags: note.tags.map(([tag]) => tag) }),
  };
}

const STATES = { live: "fresh", stale: "stale", dead: "invalidated" } as const;

async function valueIn({ codec }: Loaded, key: string, payload: unknown): Promise<unknown> {
  return codec.decode(key, await expandPayload(key, payload));
}

function reasonFor(
  { bare, keyring }: Loaded,
  key: string,
  { stored, payload }: { stored: unknown; payload: unknown },
): string {
  const kind = kindOf(stored);
  const isGuarded = kind === Kind.signed || kind === Kind.sealed;
  if (bare.features.payloads !== "bytes") return "it is of a cache of other settings";
  if (contentsOf(key, stored) === undefined) return "it is damaged, or belongs to another key";
  if (keyring === undefined && isGuarded) return "a secret protects it, and this cache has none";
  if (keyring !== undefined && !isGuarded) return "it was stored without a secret";
  if (payload === UNREADABLE) return "it was changed, or is protected by a secret that this cache has not";
  const contents = contentsOf(key, payload);
  if (contents?.kind === Kind.compressed && expandBody(contents.body) === undefined)
    return "it cannot be expanded";
  return "it is in no form that this cache's serializer writes";
}

function kindOfStored(stored: unknown): Explanation["kind"] {
  const payload = stored instanceof Noted ? stored.payload : stored;
  if (isInteger(payload)) return "integer";
  if (typeof payload === "string") return "text";
  const bytes = asBuffer(payload);
  if (bytes === undefined || isEnvelope(bytes)) return KINDS.get(kindOf(bytes)) ?? "encoded";
  return contentsOf("", bytes)?.kind === Kind.integer ? "integer" : "encoded";
}

function bytesOfStored({ bare }: Loaded, stored: unknown): number {
  // Where a store counts, it keeps the digits.
  return bare.features.payloads === "bytes" && isInteger(stored)
    ? String(stored).length
    : payloadSize(stored);
}

function secondsOf(ms: number | null): number | null {
  return ms === null ? null : ms / 1_000;
}
