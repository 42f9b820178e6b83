import { createHash } from "node:crypto";

// 132 of SHA-256's bits: more than enough to tell all states of one resource apart.
const LENGTH = 22;

/** Returns the strong entity tag of `body`: the same for the same bytes alone. */
export function entityTagOf(body: Uint8Array): string {
  return `"${createHash("sha256").update(body).digest("base64url").slice(0, LENGTH)}"`;
}
