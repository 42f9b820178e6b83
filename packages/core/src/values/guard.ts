import { createSecretKey, hkdfSync, type KeyObject } from "node:crypto";
import type { Body } from "./envelope.js";
import type { Content } from "./wrapping.js";

const KEY_BYTES = 32;

/** Makes bodies that nobody can make, or change, who has not its secret. */
export interface Guard {
  /**
   * Returns a body that holds `content`. `bind` is given what stands before the body in its envelope, and returns what the
   * body cannot be taken away from.
   */
  protect(content: Content, bind: (header: Uint8Array) => Uint8Array): Body;
  /** Returns what `protect` was given by who has the same secret, for the same `bound`; else `undefined`. */
  reveal(body: Buffer, bound: Uint8Array): Content | undefined;
}

/** Returns the key for one purpose. It tells nothing of those for others, nor of `secret`. */
export function deriveKey(
  secret: KeyObject,
  purpose: string,
  salt: Uint8Array = new Uint8Array(),
): KeyObject {
  const key = hkdfSync("sha256", secret, salt, `cullet/1/${purpose}`, KEY_BYTES);
  return createSecretKey(Buffer.from(key));
}
