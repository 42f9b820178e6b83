// RFC 3986 §3.2.2: a registered name without the characters that a URL gives a meaning, or an IPv6 address, and a port.
const HOST = /^(?:[\w.~!$&'()*+,;=%-]+|\[[\da-fA-F:.]+\])(?::\d{0,5})?$/;

/**
 * Returns the absolute URL of a request from its parts, the target exactly as it was sent; `undefined` where the host is
 * missing or no host, or the target is no path, or has a fragment, which a handler would see and a key does not hold.
 */
export function requestUrl(
  scheme: "http" | "https",
  host: string | undefined,
  target: string,
): string | undefined {
  if (host === undefined || !HOST.test(host) || !target.startsWith("/") || target.includes("#"))
    return undefined;
  return `${scheme}://${host}${target}`;
}
