import { InvalidConfigError, redact } from "@cullet/core";

/** Where a server listens. */
export type Address = { readonly host: string; readonly port: number } | { readonly path: string };

/** A server as the location names it. */
export interface Place {
  readonly address: Address;
  readonly username: string | undefined;
  readonly password: string | undefined;
}

const DEFAULT_PORT = 11_211;
const SCHEME = "memcached://";
const SOCKET = /^(?:unix:)?(?<path>\/.+)$/;
// An address in brackets is of IPv6.
const HOST = /^(?:\[(?<v6>[^\]]+)\]|(?<host>[^[\]:@/\s]+))(?::(?<port>\d+))?$/;

/**
 * Returns the servers that `places` name: `host:port`, `[IPv6]:port` or the path of a Unix socket, with `user:password@`
 * before it where one has to log in; or a `memcached://` URL of several. Without any, it is the default port of this
 * machine.
 *
 * @param path where the location stands in the configuration, for errors.
 * @throws InvalidConfigError saying what is wrong, without the password.
 */
export function parseLocation(places: readonly string[], path: string): readonly Place[] {
  const texts = places.flatMap(splitUrl);
  const parsed = (texts.length === 0 ? ["localhost"] : texts).map((text) => parsePlace(text, path));
  const names = parsed.map(({ address }) => nameOf(address));
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined)
    throw new InvalidConfigError(`${path} must name each server once; got ${twice} twice`);
  // In a URL the login stands before the first server, and is meant for all.
  const login = parsed.find(({ username }) => username !== undefined);
  return parsed.map((place) =>
    place.username === undefined ? { ...place, username: login?.username, password: login?.password } : place,
  );
}

/** Returns what messages call a server: without a login. */
export function nameOf(address: Address): string {
  if ("path" in address) return address.path;
  const { host, port } = address;
  return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}

/** Returns what a ring calls a server: as libmemcached does, so that its clients find the same keys at the same server. */
export function ringNameOf(address: Address): string {
  if ("path" in address) return `${address.path}:0`;
  const { host, port } = address;
  return port === DEFAULT_PORT ? host : `${host}:${port}`;
}

function splitUrl(place: string): string[] {
  if (!place.startsWith(SCHEME)) return [place];
  const hosts = place.slice(SCHEME.length).replace(/(?<=.)\/$/, "");
  return hosts.split(/[;,]/).filter((host) => host.trim() !== "");
}

function parsePlace(place: string, path: string): Place {
  const text = place.trim();
  const at = text.lastIndexOf("@");
  const address = parseAddress(text.slice(at + 1));
  if (address === undefined) {
    throw new InvalidConfigError(
      `${path} must name its servers as host:port, [IPv6]:port or /path/of/a.socket; got "${redact(text)}"`,
    );
  }
  if (at < 0) return { address, username: undefined, password: undefined };
  const [username = "", ...password] = text.slice(0, at).split(":");
  return { address, username: decode(username), password: decode(password.join(":")) };
}

function parseAddress(text: string): Address | undefined {
  const { path } = SOCKET.exec(text)?.groups ?? {};
  if (path !== undefined) return { path };
  const { v6, host = v6, port = String(DEFAULT_PORT) } = HOST.exec(text)?.groups ?? {};
  const number = Number(port);
  return host === undefined || number < 1 || number > 65_535 ? undefined : { host, port: number };
}

// Whoever did not encode a stray % meant it.
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
