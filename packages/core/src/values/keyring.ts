import type { KeyObject } from "node:crypto";
import { asBuffer, Kind, seal } from "./envelope.js";
import type { Guard } from "./guard.js";
import { Sealer } from "./sealer.js";
import { Signer } from "./signer.js";
import { kindOf, toWrap, UNREADABLE, unwrapped } from "./wrapping.js";

/** The secrets of a cache, and what they are for. */
export interface Secret {
  /** The first protects what is written; what any of them protected is read. */
  readonly keys: readonly [KeyObject, ...KeyObject[]];
  /** Whether values are signed only, or encrypted too. Both are read. */
  readonly mode: "sign" | "seal";
}

/** Protects payloads, so that the store gives back what somebody with the secret stored under that key, or nothing. */
export class Keyring {
  readonly #writer: Guard;
  readonly #readers: ReadonlyMap<number, readonly Guard[]>;

  constructor({ keys: [first, ...older], mode }: Secret) {
    const signers = [new Signer(first), ...older.map((key) => new Signer(key))] as const;
    const sealers = [new Sealer(first), ...older.map((key) => new Sealer(key))] as const;
    this.#writer = mode === "seal" ? sealers[0] : signers[0];
    this.#readers = new Map<number, readonly Guard[]>([
      [Kind.signed, signers],
      [Kind.sealed, sealers],
    ]);
  }

  /** Returns what is to be stored for `payload`. The expiry and the note in it stay in sight, and are protected too. */
  protect(key: string, payload: unknown): Uint8Array {
    const contents = toWrap(key, payload);
    if (contents === undefined) return UNREADABLE;
    const body = this.#writer.protect(contents, (header) => bindingOf(key, header));
    return seal(key, body, contents.expiresAt, contents.note);
  }

  /** Returns the payload that `protect` was given; `UNREADABLE` where it was not, or not with these secrets. */
  reveal(key: string, payload: unknown): unknown {
    const outer = asBuffer(payload);
    const readers = this.#readers.get(kindOf(outer) ?? 0);
    const contents = readers && toWrap(key, outer);
    if (outer === undefined || contents === undefined) return UNREADABLE;
    const header = outer.subarray(0, contents.body.byteOffset - outer.byteOffset);
    const bound = bindingOf(key, header);
    for (const reader of readers ?? []) {
      const revealed = reader.reveal(contents.body, bound);
      if (revealed !== undefined) return unwrapped(key, contents, revealed);
    }
    return UNREADABLE;
  }
}

/** Returns bytes that are the same for no other key and header. */
function bindingOf(key: string, header: Uint8Array): Buffer {
  const length = Buffer.byteLength(key);
  const bound = Buffer.allocUnsafe(4 + length + header.length);
  bound.writeUInt32LE(length);
  bound.write(key, 4);
  bound.set(header, 4 + length);
  return bound;
}
