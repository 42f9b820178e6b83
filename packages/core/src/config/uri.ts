import { quote } from "../describe.js";
import { InvalidConfigError } from "../errors.js";
import { splitServers } from "./backend-config.js";
import { cullOptions } from "./options.js";
import type { Reader } from "./readers.js";
import { describeSetting, redact } from "./redact.js";
import { settings } from "./settings.js";
import type { NamedCacheConfig } from "./types.js";

/** One argument of a URI: its name as it was written, and what it was given. */
interface Argument {
  readonly name: string;
  readonly text: string;
  /** The argument as it stands in the URI. */
  readonly raw: string;
}

/** The arguments of a URI by their names in camelCase, which those that are read are taken out of. */
type Arguments = Map<string, Argument>;

/** Where a URI stands, for the errors about it, and whether what cannot be read is one. */
interface UriContext {
  readonly path: string;
  readonly strict: boolean;
}

const DATABASE_SCHEMES: ReadonlySet<string> = new Set([
  "sqlite",
  "postgres",
  "postgresql",
  "mysql",
  "mariadb",
]);
const REDIS_SCHEME = /^(redis|valkey)s?(\+(cluster|sentinel))?$/;

const optionsFromUri = new WeakSet<object>();

/**
 * Returns the object style of a cache's URI, `scheme://location/?argument=value&…`. Arguments that mean nothing to
 * every cache become `options` of the backend, as text; invalid values are left out, as Django documents.
 *
 * @throws InvalidConfigError where `uri` does not start with `scheme://`.
 */
export function parseCacheUri(uri: string): NamedCacheConfig {
  return parseUri(uri, { path: "cache", strict: false });
}

/**
 * Does what `parseCacheUri` does for the URI at `path` of a configuration.
 *
 * @throws InvalidConfigError also for an invalid value, where `strict`.
 */
export function parseUri(uri: string, context: UriContext): NamedCacheConfig {
  const { scheme, place, query } = splitUri(uri, context.path);
  const args = parseQuery(query, context);
  // Ignored like another bad argument, it would leave values unprotected without a word.
  if (args.has("secret")) {
    throw new InvalidConfigError(
      `${context.path}: a secret cannot be an argument of a URI, which is often logged; use { ...parseCacheUri(uri), secret }`,
    );
  }
  const { timeout, keyPrefix, version, compression, failOpen, operationTimeout } = settings;
  const given = {
    timeout: take(args, ["timeout"], timeout, context),
    keyPrefix: take(args, ["keyPrefix"], keyPrefix, context),
    version: take(args, ["version"], version, context),
    compression: take(args, ["compression"], compression, context),
    failOpen: take(args, ["failOpen"], failOpen, context),
    operationTimeout: take(args, ["operationTimeout"], operationTimeout, context),
  };
  const cull = {
    maxEntries: take(args, ["maxEntries"], cullOptions.maxEntries, context),
    // Django's documentation named it cull_percentage for years; its code never read that name.
    cullFrequency: take(args, ["cullFrequency", "cullPercentage"], cullOptions.cullFrequency, context),
  };
  const own = Object.fromEntries(Array.from(args, ([name, { text }]) => [name, text]));
  const options = { ...own, ...withoutUndefined(cull) };
  optionsFromUri.add(options);
  return {
    ...storeOf(scheme, place, args),
    ...withoutUndefined(given),
    ...(Object.keys(options).length > 0 && { options }),
  };
}

/**
 * Whether `options` were made by `parseCacheUri`: they are text then, and read as leniently as the URI they come from,
 * also where the object style around them was changed.
 */
export function areFromUri(options: object): boolean {
  return optionsFromUri.has(options);
}

function splitUri(uri: string, path: string): { scheme: string; place: string; query: string } {
  if (typeof uri !== "string") {
    throw new InvalidConfigError(`${path} must be a URI; got ${describeSetting(path, uri)}`);
  }
  const at = uri.indexOf("://");
  if (at < 1) {
    throw new InvalidConfigError(`${path}: Backend URI must start with scheme://; got ${quote(redact(uri))}`);
  }
  const rest = uri.slice(at + "://".length);
  const end = rest.includes("?") ? rest.indexOf("?") : rest.length;
  return {
    scheme: uri.slice(0, at),
    place: rest.slice(0, end).replace(/\/$/, ""),
    query: rest.slice(end + 1),
  };
}

function parseQuery(query: string, { path, strict }: UriContext): Arguments {
  const args: Arguments = new Map();
  for (const raw of query.split("&")) {
    // Unlike decodeURIComponent, it leaves a stray % as it is.
    for (const [name, text] of new URLSearchParams(raw)) {
      if (strict && !isWellEncoded(raw)) {
        throw new InvalidConfigError(`${path}: the argument ${name} is not percent-encoded UTF-8`);
      }
      if (text !== "") args.set(toCamelCase(name), { name, text, raw });
    }
  }
  return args;
}

/** Takes the arguments of these names out of `args`, and returns the first of their values that can be read. */
function take<T>(
  args: Arguments,
  names: readonly string[],
  reader: Reader<T>,
  context: UriContext,
): T | undefined {
  let taken: T | undefined;
  for (const key of names) {
    const argument = args.get(key);
    if (argument === undefined) continue;
    args.delete(key);
    const { name, text } = argument;
    const value = reader.read(text, true);
    if (value === undefined && context.strict) {
      const got = describeSetting(name, text);
      throw new InvalidConfigError(
        `${context.path}: the argument ${name} must be ${reader.expected}; got ${got}`,
      );
    }
    taken ??= value;
  }
  return taken;
}

/** Returns the backend that `scheme` stands for, and its location in the words of that backend. */
function storeOf(
  scheme: string,
  place: string,
  args: Arguments,
): Pick<NamedCacheConfig, "backend" | "location"> {
  if (REDIS_SCHEME.test(scheme)) return { backend: "redis", location: `${scheme}://${place}` };
  if (DATABASE_SCHEMES.has(scheme))
    return { backend: "db", location: `${scheme}://${place}${queryOf(args)}` };
  if (scheme !== "memcached") return { backend: scheme, location: place };
  const servers = splitServers(place);
  return { backend: scheme, location: servers.length > 1 ? servers : (servers[0] ?? "") };
}

// An argument that is no option of the backend may be one of the database's driver, as `sslmode` is.
function queryOf(args: Arguments): string {
  return args.size === 0 ? "" : `?${Array.from(args.values(), ({ raw }) => raw).join("&")}`;
}

function isWellEncoded(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

function toCamelCase(name: string): string {
  return name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

function withoutUndefined<T extends object>(fields: T): Partial<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<T>;
}
