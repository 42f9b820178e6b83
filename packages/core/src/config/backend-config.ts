import { InvalidConfigError } from "../errors.js";
import { DEFAULT_OPERATION_TIMEOUT } from "../timeout.js";
import { requireObject } from "./fields.js";
import { describeSetting } from "./redact.js";
import type { Backend, BackendConfig, PartialBackendConfig } from "./types.js";

/**
 * Returns the configuration of a backend with every field filled: for a factory, which may be called by hand.
 *
 * @throws InvalidConfigError naming the field that is wrong.
 */
export function fillBackendConfig<Options extends object>(
  config: PartialBackendConfig<Options> = {},
): BackendConfig<Options> {
  requireObject(config, "the configuration of a backend");
  const {
    path = "cache",
    location = "",
    operationTimeoutMs = DEFAULT_OPERATION_TIMEOUT * 1_000,
    fromText = false,
    lenient = false,
  } = config;
  if (!isLocation(location)) {
    const got = describeSetting("location", location);
    throw new InvalidConfigError(`${path}.location must be ${LOCATION_EXPECTED}; got ${got}`);
  }
  // No backend has an option that must be given, so none is all of them.
  const options = config.options ?? ({} as Options);
  requireObject(options, `${path}.options`);
  const servers = config.servers ?? (typeof location === "string" ? splitServers(location) : [...location]);
  return {
    path,
    location: typeof location === "string" ? location : location.join(";"),
    servers,
    options,
    operationTimeoutMs,
    fromText,
    lenient,
  };
}

/** What `isLocation` accepts, in words. */
export const LOCATION_EXPECTED = "a string or a list of strings";

/** Whether `value` names one place, or several. */
export function isLocation(value: unknown): value is string | readonly string[] {
  return (
    typeof value === "string" ||
    (Array.isArray(value) && [...value].every((place) => typeof place === "string"))
  );
}

/**
 * Returns the servers in `location`, which `;` or `,` stand between. A URL is one, with all that is in it: what stands
 * before its hosts and behind them belongs to all of them.
 */
export function splitServers(location: string): string[] {
  if (location.includes("://")) return [location];
  return location
    .split(/[;,]/)
    .map((server) => server.trim())
    .filter((server) => server !== "");
}

/**
 * Whether `value` is a backend. By what it has and not by its class, since a backend package may have come with a copy
 * of core of its own.
 */
export function isBackend(value: unknown): value is Backend {
  if (typeof value !== "object" || value === null) return false;
  const methods = ["get", "set", "delete", "clear", "getMany"].map((name) => Reflect.get(value, name));
  // A Map has most of the methods, but does not say what it can do.
  return (
    methods.every((method) => typeof method === "function") &&
    typeof Reflect.get(value, "features") === "object"
  );
}
