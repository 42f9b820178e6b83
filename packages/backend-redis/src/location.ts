import { InvalidConfigError, redact } from "@cullet/core";

/** Where a server listens. */
export type Address = { readonly host: string; readonly port: number } | { readonly path: string };

/** Where the store is, with every field filled. */
export interface RedisLocation {
  /** `"servers"`: the primary, then its replicas. `"cluster"`: some of its nodes. `"sentinel"`: the sentinels. */
  readonly kind: "servers" | "cluster" | "sentinel";
  readonly addresses: readonly [Address, ...Address[]];
  /** What the sentinels call the master. */
  readonly master: string;
  readonly db: number;
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly tls: boolean;
}

const SCHEME = /^(?:redis|valkey)(?<tls>s?)(?:\+(?<kind>cluster|sentinel))?$/;
// An address in brackets is of IPv6. What stands before the last @ is the login.
const HOST = /^(?:\[(?<v6>[^\]]+)\]|(?<host>[^[\]:@/\s]+))(?::(?<port>\d+))?$/;
const DEFAULT_PORT = { servers: 6_379, cluster: 6_379, sentinel: 26_379 };

/**
 * Returns what `places` mean: URLs, or `host:port`; the list of one URL is the same as a list of URLs that agree in all
 * but the host.
 *
 * @param path where the location stands in the configuration, for errors.
 * @throws InvalidConfigError saying what is wrong, without the password.
 */
export function parseLocation(places: readonly string[], path: string): RedisLocation {
  const [first = parsePlace("localhost", path), ...others] = places
    .flatMap((place) => place.split(/[;,](?=[a-z+]+:\/\/)/))
    .map((place) => parsePlace(place, path));
  const { addresses: _, ...shared } = first;
  for (const { addresses: __, ...theirs } of others) {
    if (JSON.stringify(theirs) !== JSON.stringify(shared)) {
      throw new InvalidConfigError(`${path}: the servers must agree in scheme, user, password and database`);
    }
  }
  const [address, ...further] = first.addresses;
  return { ...first, addresses: [address, ...further, ...others.flatMap(({ addresses }) => addresses)] };
}

/** Returns what messages call the servers at these addresses: a URL without a login. */
export function nameOf(location: RedisLocation, addresses: readonly Address[] = location.addresses): string {
  const { kind, tls, master } = location;
  const scheme = `redis${tls ? "s" : ""}${kind === "servers" ? "" : `+${kind}`}`;
  const places = addresses.map((address) => ("path" in address ? address.path : hostAndPort(address)));
  return `${scheme}://${places.join(";")}${master && `/${master}`}`;
}

function parsePlace(place: string, path: string): RedisLocation {
  const text = place.includes("://") ? place : `redis://${place}`;
  const wrong = (what: string) => new InvalidConfigError(`${path} ${what}; got "${redact(text)}"`);
  const [scheme = "", rest = ""] = splitOnce(text, "://");
  const { tls, kind: given } = SCHEME.exec(scheme)?.groups ?? {};
  if (tls === undefined) throw wrong("must be a URL of redis, rediss, valkey or valkeys, or host:port");
  const kind: RedisLocation["kind"] = given === "cluster" || given === "sentinel" ? given : "servers";

  const at = rest.lastIndexOf("@");
  const [hosts = "", below = ""] = splitOnce(rest.slice(at + 1), "/");
  const parts = below.split("/").filter((part) => part !== "");
  const master = kind === "sentinel" ? parts.shift() : "";
  if (master === undefined)
    throw wrong("must end with the name of the master: redis+sentinel://host:26379/mymaster");
  const login = parseLogin(rest.slice(0, Math.max(0, at)));
  const shared = { kind, master: decode(master), tls: tls === "s", ...login };

  if (kind === "servers" && hosts === "" && parts.length > 0 && !isDatabase(parts)) {
    return { ...shared, addresses: [{ path: decode(`/${below}`) }], db: 0 };
  }
  if (parts.length > 0 && !isDatabase(parts))
    throw wrong("must end with the number of a database, if with anything");
  const db = Number(parts[0] ?? 0);
  if (kind === "cluster" && db !== 0) throw wrong("must not name a database: a cluster has no other than 0");
  const [address, ...further] = (hosts || "localhost")
    .split(/[;,]/)
    .filter((host) => host.trim() !== "")
    .map((host) => {
      const parsed = parseHost(host.trim(), DEFAULT_PORT[kind]);
      if (parsed === undefined)
        throw wrong("must name its servers as host:port, with an IPv6 address in brackets");
      return parsed;
    });
  if (address === undefined) throw wrong("must name a server");
  return { ...shared, addresses: [address, ...further], db };
}

function parseHost(text: string, defaultPort: number): Address | undefined {
  const { v6, host = v6, port = String(defaultPort) } = HOST.exec(text)?.groups ?? {};
  const number = Number(port);
  return host === undefined || number < 1 || number > 65_535 ? undefined : { host, port: number };
}

function parseLogin(text: string): Pick<RedisLocation, "username" | "password"> {
  const [username = "", password] = splitOnce(text, ":");
  return {
    username: username === "" ? undefined : decode(username),
    password: password === undefined || password === "" ? undefined : decode(password),
  };
}

function isDatabase(parts: readonly string[]): boolean {
  return parts.length === 1 && /^\d{1,9}$/.test(parts[0] as string);
}

function hostAndPort({ host, port }: { host: string; port: number }): string {
  return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}

function splitOnce(text: string, separator: string): [string, string?] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + separator.length)];
}

// Whoever did not encode a stray % meant it.
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
