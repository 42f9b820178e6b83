import { createSecretKey } from "node:crypto";
import { describe } from "../describe.js";
import { InvalidConfigError } from "../errors.js";
import type { Secret } from "../values/keyring.js";
import { isObject, rejectUnknown } from "./fields.js";
import { oneOf } from "./readers.js";

/** By what values are protected from who can write to the store, and how. */
export interface SecretOptions {
  /** A secret of at least 32 bytes; or several, of which the first protects what is written, and all are for reading. */
  keys: string | readonly string[];
  /** `"sign"`: values can be read, but not made or changed. `"seal"`: they are encrypted too. @default "sign" */
  mode?: "sign" | "seal";
}

/** What may be said of secrets. */
export type SecretSetting = string | readonly string[] | SecretOptions;

/** What `isSecretSetting` accepts, in words. */
export const SECRET_EXPECTED = "a string, a list of strings, or { keys, mode }";

/** What a key of AES-256 takes: a secret of 256 random bits is no shorter, however it is written. */
const MIN_BYTES = 32;

const mode = oneOf(["sign", "seal"], { default: "sign" });

/** Whether `value` may be a `SecretSetting`, as `parseSecret` is to find out. */
export function isSecretSetting(value: unknown): value is SecretSetting {
  return typeof value === "string" || Array.isArray(value) || isObject(value);
}

/**
 * Returns the secret that `given`, at `path` of a configuration, is. No text of it comes into a message.
 *
 * @throws InvalidConfigError saying what is wrong.
 */
export function parseSecret(given: SecretSetting, path: string): Secret {
  if (!isOptions(given)) return { keys: parseKeys(given, path), mode: mode.fallback };
  rejectUnknown(given, ["keys", "mode"], path);
  const read = given.mode === undefined ? mode.fallback : mode.read(given.mode, false);
  if (read === undefined) {
    const got = typeof given.mode === "string" ? "another string" : describe(given.mode);
    throw new InvalidConfigError(`${path}.mode must be ${mode.expected}; got ${got}`);
  }
  return { keys: parseKeys(given.keys, `${path}.keys`), mode: read };
}

function parseKeys(given: unknown, path: string): Secret["keys"] {
  const [first, ...older] = (Array.isArray(given) ? [...given] : [given]).map((key) => parseKey(key, path));
  if (first === undefined) throw new InvalidConfigError(`${path} must hold a secret; got an empty list`);
  return [first, ...older];
}

function parseKey(key: unknown, path: string): Secret["keys"][0] {
  if (typeof key !== "string") {
    const got = typeof key === "number" ? "a number" : describe(key);
    throw new InvalidConfigError(`${path} must be a string or a list of strings; got ${got}`);
  }
  const bytes = Buffer.from(key);
  if (bytes.length < MIN_BYTES) {
    throw new InvalidConfigError(`${path} must be at least ${MIN_BYTES} bytes long; got a shorter string`);
  }
  return createSecretKey(bytes);
}

function isOptions(given: SecretSetting): given is SecretOptions {
  return isObject(given);
}
