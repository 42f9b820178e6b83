import type { BackendFeatures } from "../backend/features.js";
import { asBuffer, bytesBody, expiryAfter, isEnvelope, noteIn, seal } from "./envelope.js";
import { contentsOf } from "./wrapping.js";

/** A tag, and the version of it under which an entry was stored. */
export type TagVersion = readonly [tag: string, version: string];

/** What an entry says of itself, where it was stored with tags, or to be used beyond its timeout or renewed before it. */
export interface Note {
  /** When it expires for all but `getOrSet`, in milliseconds since 1970; `null` for never. */
  readonly freshUntil: number | null;
  /** How long it is kept beyond that, in milliseconds. */
  readonly keptMs: number;
  /** How long its function took, in milliseconds. */
  readonly costMs: number;
  readonly tags: readonly TagVersion[];
}

/** A payload with a note, for a store in this process's memory. */
export class Noted {
  readonly note: Note;
  readonly payload: unknown;

  constructor(note: Note, payload: unknown) {
    this.note = note;
    this.payload = payload;
  }
}

const UNREADABLE: Note = { freshUntil: 0, keptMs: 0, costMs: 0, tags: [] };

let met = false;

/** Whom a payload is of, and for how long. */
export interface Addressed {
  readonly features: BackendFeatures;
  readonly key: string;
  readonly ttlMs: number | null;
}

/** Returns `payload` with a note, in place of the one it has: in an envelope where it is bytes. */
export function withNote(payload: unknown, { features, key, ttlMs }: Addressed, note: Note): unknown {
  met = true;
  if (payload instanceof Noted) return new Noted(note, payload.payload);
  if (features.payloads !== "bytes") return new Noted(note, payload);
  const contents = contentsOf(key, payload);
  if (contents === undefined) return payload;
  const expiresAt = features.expiry === "store" ? null : expiryAfter(ttlMs);
  return seal(key, bytesBody(contents.kind, contents.body), expiresAt, writeNote(note));
}

/** Returns the note as it stands in an envelope: a list in JSON, the tags and their versions last. */
export function writeNote({ freshUntil, keptMs, costMs, tags }: Note): Uint8Array {
  return Buffer.from(JSON.stringify([freshUntil, keptMs, costMs, ...tags.flat()]));
}

/** Returns the note of `payload`, if it has one; of one that cannot be read, that it expired long ago. */
export function noteOf({ payloads }: BackendFeatures, payload: unknown): Note | undefined {
  if (typeof payload !== "object") return undefined;
  const note = payloads === "bytes" ? noteOfBytes(payload) : notedIn(payload);
  if (note !== undefined) met = true;
  return note;
}

/** Whether this process has met a note, be it one of its own. */
export function hasMetNotes(): boolean {
  return met;
}

/** Whether a store of such a backend may hold what has a note. What stands in this process's memory, it has met. */
export function mayHoldNotes({ payloads, keeps }: BackendFeatures): boolean {
  return keeps && (met || payloads === "bytes");
}

function notedIn(payload: unknown): Note | undefined {
  return payload instanceof Noted ? payload.note : undefined;
}

function noteOfBytes(payload: unknown): Note | undefined {
  const bytes = asBuffer(payload);
  const note = bytes !== undefined && isEnvelope(bytes) ? noteIn(bytes) : undefined;
  return note && (readNote(note) ?? UNREADABLE);
}

function readNote(bytes: Buffer): Note | undefined {
  let fields: unknown;
  try {
    fields = JSON.parse(bytes.toString());
  } catch {
    return undefined;
  }
  if (!Array.isArray(fields)) return undefined;
  const [freshUntil, keptMs, costMs, ...rest] = fields as unknown[];
  if (freshUntil !== null && typeof freshUntil !== "number") return undefined;
  if (typeof keptMs !== "number" || typeof costMs !== "number") return undefined;
  if (rest.length % 2 !== 0 || !rest.every((text) => typeof text === "string")) return undefined;
  const tags: TagVersion[] = [];
  for (let at = 0; at < rest.length; at += 2) tags.push([rest[at] as string, rest[at + 1] as string]);
  return { freshUntil, keptMs, costMs, tags };
}
