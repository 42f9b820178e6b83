// RFC 3986 §3.2.2: a registered name without the characters that a URL gives a meaning, or an IPv6 address, and a port.
const HOST = /^(?:[\w.~!$&'()*+,;=%-]+|\[[\da-fA-F:.]+\])(?::\d{0,5})?$/;

// To join the parts of a URL, and to look it up by what is joined, takes as long as all that is decided by it: those that are
// asked for again and again are the very same strings. Each target has one place, which it loses to the next that has it too.
const PLACES = 1_024;
const REMEMBERED_LENGTH = 250;
const latest = new Array<Known | undefined>(PLACES).fill(undefined);

/** The last URL of a target. */
interface Known {
  readonly scheme: string;
  readonly host: string | undefined;
  readonly target: string;
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
  if (target.length > REMEMBERED_LENGTH) return join(scheme, host, target);
  const place = placeOf(target);
  const known = latest[place];
  if (known !== undefined && known.target === target && known.host === host && known.scheme === scheme)
    return known.url;
  const url = join(scheme, host, target);
  latest[place] = { scheme, host, target, url };
  return url;
}

/** Returns the place of a target, by its length and its last characters, in which pages differ most. */
function placeOf(target: string): number {
  let place = target.length;
  for (let at = Math.max(0, target.length - 4); at < target.length; at += 1)
    place = place * 31 + target.charCodeAt(at);
  return place % PLACES;
}

function join(scheme: "http" | "https", host: string | undefined, target: string): string | undefined {
  if (host === undefined || !HOST.test(host) || !target.startsWith("/") || target.includes("#"))
    return undefined;
  return `${scheme}://${host}${target}`;
}
