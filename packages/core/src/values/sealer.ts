import { createCipheriv, createDecipheriv, type KeyObject, randomBytes } from "node:crypto";
import { type Body, Kind } from "./envelope.js";
import { deriveKey, type Guard } from "./guard.js";
import type { Content } from "./wrapping.js";

/*
 * The body of what is sealed, with AES-256-GCM:
 * bytes 0…15   salt, from which the key was derived
 * bytes 16…27  nonce
 * bytes 28…43  tag, also of what it is bound to
 * bytes 44…    the kind of what was sealed, and what was sealed, encrypted
 */
const SALT = 16;
const NONCE = 12;
const TAG = 16;
const HEAD = SALT + NONCE + TAG;
const CIPHER = "aes-256-gcm";

const COUNT_BYTES = 6;
/** How often one salt is used: the length that a nonce has room for, many times over. */
const MAX_COUNT = 2 ** 32;

/** How many keys are remembered, that were derived from the salts of others. */
const MAX_KEYS = 1000;

/**
 * Encrypts bodies. Each sealer draws a salt, derives a key of its own from it and counts the nonces: so none comes twice with a
 * key, however many caches write.
 */
export class Sealer implements Guard {
  readonly #secret: KeyObject;
  readonly #keys = new Map<string, KeyObject>();
  #salt = randomBytes(SALT);
  #count = 0;

  constructor(secret: KeyObject) {
    this.#secret = secret;
  }

  protect({ kind, body }: Content, bind: (header: Uint8Array) => Uint8Array): Body {
    return {
      kind: Kind.sealed,
      length: HEAD + 1 + body.length,
      fill: (target, at) => {
        const nonce = this.#nextNonce();
        const cipher = createCipheriv(CIPHER, this.#keyOf(this.#salt), nonce).setAAD(
          bind(target.subarray(0, at)),
        );
        target.set(cipher.update(Buffer.of(kind)), at + HEAD);
        target.set(cipher.update(body), at + HEAD + 1);
        cipher.final();
        target.set(this.#salt, at);
        target.set(nonce, at + SALT);
        target.set(cipher.getAuthTag(), at + SALT + NONCE);
      },
    };
  }

  reveal(body: Buffer, bound: Uint8Array): Content | undefined {
    if (body.length <= HEAD) return undefined;
    const key = this.#keyOf(body.subarray(0, SALT));
    const decipher = createDecipheriv(CIPHER, key, body.subarray(SALT, SALT + NONCE), { authTagLength: TAG })
      .setAAD(bound)
      .setAuthTag(body.subarray(SALT + NONCE, HEAD));
    const content = decipher.update(body.subarray(HEAD));
    try {
      decipher.final();
    } catch {
      return undefined;
    }
    return { kind: content[0] as number, body: content.subarray(1) };
  }

  #nextNonce(): Buffer {
    if (this.#count === MAX_COUNT) {
      this.#salt = randomBytes(SALT);
      this.#count = 0;
    }
    const nonce = Buffer.alloc(NONCE);
    nonce.writeUIntBE(this.#count, NONCE - COUNT_BYTES, COUNT_BYTES);
    this.#count += 1;
    return nonce;
  }

  #keyOf(salt: Buffer): KeyObject {
    const name = salt.toString("latin1");
    const known = this.#keys.get(name);
    if (known !== undefined) return known;
    const key = deriveKey(this.#secret, "seal", salt);
    // Who can write to the store can make up salts: they must not fill the memory.
    if (this.#keys.size >= MAX_KEYS) this.#keys.clear();
    this.#keys.set(name, key);
    return key;
  }
}
