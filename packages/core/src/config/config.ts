import { fileURLToPath } from "node:url";
import { InvalidConfigError } from "../errors.js";
import { toTtlMs } from "../timeout.js";
import { fillBackendConfig, isBackend } from "./backend-config.js";
import { parseCompression } from "./compression.js";
import { readFields, rejectUnknown, requireObject } from "./fields.js";
import { cullOptions } from "./options.js";
import { boolean, custom } from "./readers.js";
import { parseSecret } from "./secret.js";
import { type BackendSetting, settings } from "./settings.js";
import type { CreateOptions, ParsedConfig } from "./types.js";
import { areFromUri, parseUri } from "./uri.js";

const createOptions = {
  from: custom({ expected: "a path or a file: URL", accepts: isFrom }),
  strict: boolean({ default: false }),
};

/**
 * Returns the configuration of one cache, checked and filled: from a URI, from the object style, or from a backend made
 * by hand.
 *
 * @param path where it stands, which the message of an error begins with.
 * @throws InvalidConfigError naming the setting that is wrong.
 */
export function parseConfig(config: unknown, path: string, options: CreateOptions = {}): ParsedConfig {
  const { from, strict } = parseCreateOptions(options);
  const given = toObjectStyle(config, path, strict);
  rejectUnknown(given, Object.keys(settings), path);
  const {
    backend,
    location,
    operationTimeout,
    compression,
    secret,
    options: own,
    ...rest
  } = readFields(given, settings, exactly(path));
  if (backend === undefined) {
    throw new InvalidConfigError(`${path}.backend must be ${settings.backend.expected}; it is missing`);
  }
  // What is wrong here is said at once; the backend's other options are known when it is loaded.
  readFields(own, cullOptions, exactly(`${path}.options`));
  const fromText = typeof config === "string" || areFromUri(own);
  return {
    ...rest,
    path,
    compression: parseCompression(compression, `${path}.compression`),
    secret: secret === undefined ? undefined : parseSecret(secret, `${path}.secret`),
    from,
    backend: toFactory(backend),
    backendName: nameOf(backend),
    backendConfig: fillBackendConfig({
      path,
      location,
      options: { ...own },
      operationTimeoutMs: toTtlMs(operationTimeout) ?? undefined,
      fromText,
      lenient: fromText && !strict,
    }),
  };
}

function parseCreateOptions(options: unknown): { from: string | undefined; strict: boolean } {
  const path = "the second argument";
  requireObject(options, path, "an object of options");
  rejectUnknown(options, Object.keys(createOptions), path);
  const { from, strict } = readFields(options, createOptions, exactly(path));
  return { from: from === undefined ? undefined : toPath(from), strict };
}

function toObjectStyle(config: unknown, path: string, strict: boolean): object {
  if (typeof config === "string") return parseUri(config, { path, strict });
  if (isBackend(config)) return { backend: config };
  requireObject(config, path, "a URI, an object, or a backend");
  return config;
}

function toFactory(backend: BackendSetting): ParsedConfig["backend"] {
  return isBackend(backend) ? () => backend : backend;
}

function nameOf(backend: BackendSetting): string {
  if (typeof backend === "string") return backend;
  return isBackend(backend) ? backend.constructor.name : backend.name || "factory";
}

// Whoever writes an object means every word of it; only a URI is read leniently, and it has been.
function exactly(path: string) {
  return { path, fromText: false, lenient: false };
}

function isFrom(value: unknown): value is string | URL {
  if (typeof value !== "string" && !(value instanceof URL)) return false;
  try {
    const path = toPath(value);
    return path !== "" && !path.includes("://");
  } catch {
    return false;
  }
}

function toPath(from: string | URL): string {
  return from instanceof URL || from.startsWith("file:") ? fileURLToPath(from) : from;
}
