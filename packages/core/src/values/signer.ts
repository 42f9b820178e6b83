import { createHmac, type KeyObject, timingSafeEqual } from "node:crypto";
import { type Body, Kind } from "./envelope.js";
import { deriveKey, type Guard } from "./guard.js";
import type { Content } from "./wrapping.js";

/*
 * The body of what is signed:
 * bytes 0…31   HMAC-SHA-256 of what it is bound to, and of all bytes that follow
 * byte 32      kind of what was signed
 * bytes 33…    what was signed
 */
const SIGNATURE = 32;

/** Signs bodies. Who can see them can read them. */
export class Signer implements Guard {
  readonly #key: KeyObject;

  constructor(secret: KeyObject) {
    this.#key = deriveKey(secret, "sign");
  }

  protect({ kind, body }: Content, bind: (header: Uint8Array) => Uint8Array): Body {
    const length = SIGNATURE + 1 + body.length;
    return {
      kind: Kind.signed,
      length,
      fill: (target, at) => {
        const signed = target.subarray(at + SIGNATURE, at + length);
        signed[0] = kind;
        signed.set(body, 1);
        target.set(this.#signature(bind(target.subarray(0, at)), signed), at);
      },
    };
  }

  reveal(body: Buffer, bound: Uint8Array): Content | undefined {
    if (body.length <= SIGNATURE) return undefined;
    const signed = body.subarray(SIGNATURE);
    if (!timingSafeEqual(this.#signature(bound, signed), body.subarray(0, SIGNATURE))) return undefined;
    return { kind: signed[0] as number, body: signed.subarray(1) };
  }

  #signature(bound: Uint8Array, signed: Uint8Array): Buffer {
    return createHmac("sha256", this.#key).update(bound).update(signed).digest();
  }
}
