import { BoundedMap } from "../bounded-map.js";

// RFC 3986 §3.2.2: a registered name without the characters that a URL gives a meaning, or an IPv6 address, and a port.
const HOST = /^(?:[\w.~!$&'()*+,;=%-]+|\[[\da-fA-F:.]+\])(?::\d{0,5})?$/;

// To join the parts of a URL, and to look it up by what is joined, takes as long as all that is decided by it: those that are
// asked for again and again are the very same strings.
const REMEMBERED = 1_000;
const REMEMBERED_LENGTH = 250;
const latest = new BoundedMap<string, Known>(REMEMBERED);

/** The last URL of a target. */
interface Known {
  readonly scheme: string;
  readonly host: string | undefined;
  readonly url: string | undefined;
}

/**
 * Returns the absolute URL of a request from its parts, the target exactly as it was sent; `undefined` where the host is
 * missing or no host, or the target is no path, or has a fragment, which a handler would see and a key does not hold.
 */
export function requestUrl(
  scheme: "http" | "https",
  host: string | undefined,
  target: string,
): string | undefined {
  const known = latest.get(target);
  if (known !== undefined && known.host === host && known.scheme === scheme) return known.url;
  const url = join(scheme, host, target);
  if (target.length <= REMEMBERED_LENGTH) latest.set(target, { scheme, host, url });
  return url;
}

function join(scheme: "http" | "https", host: string | undefined, target: string): string | undefined {
  if (host === undefined || !HOST.test(host) || !target.startsWith("/") || target.includes("#"))
    return undefined;
  return `${scheme}://${host}${target}`;
}
