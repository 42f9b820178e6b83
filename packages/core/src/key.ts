import { hash } from "node:crypto";
import { describe, quote } from "./describe.js";
import { ArgumentError, InvalidKeyError, UnsupportedError } from "./errors.js";
import { FunctionError } from "./function-error.js";

/** Makes the stored key from what the user wrote, and the prefix and version of the cache. */
export type KeyFunction = (key: string, keyPrefix: string, version: number) => string;

/** The longest key, in bytes, that every backend takes: memcached's limit. */
const PORTABLE_KEY_BYTES = 250;

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const UNPORTABLE = /[\x00-\x20\x7f]/;

// Making and hashing a stored key costs several times a look-up, so those of the keys in use are kept, in two
// generations of at most this many each.
const REMEMBERED_KEYS = 2_000;
const REMEMBERED_LENGTH = PORTABLE_KEY_BYTES;

let warned = false;

/** What core itself keeps in the store, beside the entries. */
type HiddenKind = "tag" | "lease" | "change" | "lock";

const HIDDEN_DIGITS = 22;
/** The version that a key function is told for what core keeps. */
const HIDDEN_VERSION = 1;

/** What makes the stored keys of a cache, or of one view of it. */
export interface KeySpaceSettings {
  readonly keyPrefix: string;
  readonly version: number;
  readonly keyFunction: KeyFunction | undefined;
}

/** The keys of one prefix and version: makes the stored key of what a user wrote, and finds the way back. */
export class KeySpace {
  readonly #settings: KeySpaceSettings;
  #recent = new Map<string, string>();
  #older = new Map<string, string>();

  constructor(settings: KeySpaceSettings) {
    this.#settings = settings;
  }

  /** The version used where a call names none. */
  get version(): number {
    return this.#settings.version;
  }

  /** The same keys at another version. */
  withVersion(version: number): KeySpace {
    return new KeySpace({ ...this.#settings, version: checkVersion(version) });
  }

  /** The keys below this prefix: `app` and then `users` is `app:users`. */
  withPrefix(prefix: string): KeySpace {
    const { keyPrefix } = this.#settings;
    if (typeof prefix !== "string" || !isStorable(prefix)) {
      throw new InvalidKeyError(
        `a prefix must be text that is not empty, of well-formed Unicode without NUL; got ${describe(prefix)}`,
      );
    }
    return new KeySpace({
      ...this.#settings,
      keyPrefix: keyPrefix === "" ? prefix : `${keyPrefix}:${prefix}`,
    });
  }

  /**
   * Returns the stored key of `key`.
   *
   * @throws InvalidKeyError where no backend could keep it, or not this one, where `portableOnly` says so.
   */
  stored(key: string, version: number | undefined, portableOnly: boolean): string {
    if (version !== undefined && version !== this.#settings.version)
      return this.#make(key, checkVersion(version), portableOnly);
    const known = this.#recent.get(key);
    if (known !== undefined) return known;
    const stored = this.#older.get(key) ?? this.#make(key, this.version, portableOnly);
    if (key.length <= REMEMBERED_LENGTH) this.#remember(key, stored);
    return stored;
  }

  /** Returns the stored key of each of `keys`, as `stored` does of one. */
  storedMany(keys: readonly string[], version: number | undefined, portableOnly: boolean): string[] {
    const known = version === undefined ? this.#recent : undefined;
    const stored = new Array<string>(keys.length);
    for (let at = 0; at < keys.length; at += 1) {
      const key = keys[at] as string;
      stored[at] = known?.get(key) ?? this.stored(key, version, portableOnly);
    }
    return stored;
  }

  /**
   * Returns the stored key of what core keeps about `name`. It stands under the prefix, beside the versions, so that no
   * key of a user's is the same: after the kind comes one word, and no colon.
   */
  hidden(kind: HiddenKind, name: string): string {
    const { keyPrefix, keyFunction } = this.#settings;
    // 128 bits, of characters that every backend takes.
    const own = `~${kind}:${hash("sha256", name, "base64url").slice(0, HIDDEN_DIGITS)}`;
    if (keyFunction === undefined) return `${keyPrefix}:${own}`;
    // Without regard to the version, since views of several versions reach the same keys.
    return callOwn(keyFunction, own, keyPrefix, HIDDEN_VERSION);
  }

  /** What the stored keys of this prefix begin with, at every version. */
  prefixOfAll(operation: string): string {
    this.#needListable(operation);
    return `${this.#settings.keyPrefix}:`;
  }

  /** What the stored keys of this prefix and version begin with: a stored key without it is the user's. */
  prefixOfVersion(operation: string): string {
    return `${this.prefixOfAll(operation)}${this.version}:`;
  }

  #make(key: string, version: number, portableOnly: boolean): string {
    if (typeof key !== "string" || !isStorable(key)) {
      throw new InvalidKeyError(
        `a key must be text that is not empty, of well-formed Unicode without NUL; got ${describe(key)}`,
      );
    }
    const { keyPrefix, keyFunction } = this.#settings;
    const stored =
      keyFunction === undefined
        ? `${keyPrefix}:${version}:${key}`
        : callOwn(keyFunction, key, keyPrefix, version);
    if (keyFunction !== undefined && (typeof stored !== "string" || !isStorable(stored))) {
      throw new InvalidKeyError(`keyFunction must return a key for ${quote(key)}; got ${describe(stored)}`);
    }
    checkPortable(stored, portableOnly);
    return stored;
  }

  #remember(key: string, stored: string): void {
    if (this.#recent.size >= REMEMBERED_KEYS) {
      this.#older = this.#recent;
      this.#recent = new Map();
    }
    this.#recent.set(key, stored);
  }

  #needListable(operation: string): void {
    if (this.#settings.keyFunction === undefined) return;
    throw new UnsupportedError(
      `${operation} cannot tell this cache's keys from others', since keyFunction makes them`,
    );
  }
}

function callOwn(keyFunction: KeyFunction, ...parts: Parameters<KeyFunction>): string {
  try {
    return keyFunction(...parts);
  } catch (error) {
    throw new FunctionError(error);
  }
}

/**
 * Returns `version`, if it is one.
 *
 * @throws TypeError naming what came.
 */
function checkVersion(version: number): number {
  if (!Number.isSafeInteger(version))
    throw new ArgumentError(`version must be a whole number; got ${describe(version)}`);
  return version;
}

function isStorable(text: string): boolean {
  return text !== "" && text.isWellFormed() && !text.includes("\0");
}

function checkPortable(stored: string, portableOnly: boolean): void {
  const fault = unportable(stored);
  if (fault === undefined) return;
  if (portableOnly)
    throw new InvalidKeyError(`the key ${quote(stored)} ${fault}, which memcached does not take`);
  if (warned) return;
  warned = true;
  process.emitWarning(
    `the key ${quote(stored)} ${fault}: it works here, but would be an error on memcached`,
    {
      code: "CULLET_PORTABLE_KEY",
    },
  );
}

function unportable(stored: string): string | undefined {
  if (UNPORTABLE.test(stored)) return "has a space or a control character";
  // No character takes more than three bytes of UTF-8, so most keys need no counting.
  if (stored.length * 3 <= PORTABLE_KEY_BYTES) return undefined;
  const bytes = Buffer.byteLength(stored);
  return bytes > PORTABLE_KEY_BYTES ? `is ${bytes} bytes long, over ${PORTABLE_KEY_BYTES}` : undefined;
}
