import type { KeyFunction } from "../key.js";
import { DEFAULT_OPERATION_TIMEOUT, DEFAULT_TIMEOUT, isTimeout, type Timeout, toTtlMs } from "../timeout.js";
import type { Serializer } from "../values/serializer.js";
import { isBackend, isLocation, LOCATION_EXPECTED } from "./backend-config.js";
import { COMPRESSION_EXPECTED, isCompressionSetting, parseCompressionText } from "./compression.js";
import { isObject } from "./fields.js";
import { boolean, custom, decimal, integer } from "./readers.js";
import { isSecretSetting, SECRET_EXPECTED } from "./secret.js";
import type { Backend, BackendFactory, ParsedConfig } from "./types.js";

/** What may stand as the backend of a cache. */
export type BackendSetting = string | BackendFactory | Backend;

/** Reads the settings of a cache in the object style; those that a URI may carry, from text too. */
export const settings = {
  backend: custom({
    expected: "a name, a module path, or a factory",
    accepts: isBackendSetting,
  }),
  location: custom({ expected: LOCATION_EXPECTED, accepts: isLocation, default: "" }),
  timeout: custom({
    expected: 'seconds, a string like "5m", or null',
    accepts: isTimeout,
    parse: parseTimeout,
    default: DEFAULT_TIMEOUT,
  }),
  keyPrefix: custom({
    expected: "a string of well-formed Unicode without NUL",
    accepts: isKeyPrefix,
    parse: (text) => text,
    default: "",
  }),
  version: integer({ default: 1 }),
  keyFunction: custom({ expected: "a function", accepts: isKeyFunction }),
  serializer: custom({
    expected: '"structured", "json", or an object with the functions serialize and deserialize',
    accepts: isSerializer,
    default: "structured",
  }),
  compression: custom({
    expected: COMPRESSION_EXPECTED,
    accepts: isCompressionSetting,
    parse: parseCompressionText,
    default: false,
  }),
  secret: custom({ expected: SECRET_EXPECTED, accepts: isSecretSetting }),
  failOpen: boolean({ default: false }),
  operationTimeout: custom({
    expected: 'seconds above zero, or a string like "500ms"',
    accepts: isOperationTimeout,
    parse: parseTimeout,
    default: DEFAULT_OPERATION_TIMEOUT,
  }),
  options: custom({ expected: "an object", accepts: isObject, default: {} }),
};

function isBackendSetting(value: unknown): value is BackendSetting {
  if (typeof value === "function" || isBackend(value)) return true;
  // A URI stands in place of a whole configuration, not of its backend.
  return typeof value === "string" && value !== "" && (value.startsWith("file:") || !value.includes("://"));
}

function isOperationTimeout(value: unknown): value is Exclude<Timeout, null> {
  const ms = isTimeout(value) ? toTtlMs(value) : null;
  return ms !== null && ms > 0;
}

function parseTimeout(text: string): unknown {
  const word = text.trim().toLowerCase();
  if (word === "none") return null;
  const seconds = decimal(word);
  return Number.isNaN(seconds) ? word : seconds;
}

function isKeyPrefix(value: unknown): value is string {
  return typeof value === "string" && value.isWellFormed() && !value.includes("\0");
}

function isKeyFunction(value: unknown): value is KeyFunction {
  return typeof value === "function";
}

function isSerializer(value: unknown): value is ParsedConfig["serializer"] {
  if (value === "structured" || value === "json") return true;
  if (!isObject(value)) return false;
  const { serialize, deserialize } = value as Partial<Serializer>;
  return typeof serialize === "function" && typeof deserialize === "function";
}
