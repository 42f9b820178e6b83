import { originOf } from "../entry/keys.js";
import type { RequestData } from "../message/message.js";

// No fragment: a server is never asked for one, and a handler would see what a key does not hold.
const ASKED_FOR = /^https?:\/\/[^#]+$/;

/** Returns what the layers see of `request`; `source` is the framework's own request, the same one for all of them. */
export function webRequest(request: Request, source: object): RequestData {
  const { method, headers } = request;
  const [url] = ASKED_FOR.exec(request.url) ?? [];
  return { method, url, otherHost: url && otherHost(url, headers.get("host")), headers, source };
}

/** Returns `host` where it is not that of `url`, in which it has no capitals and no default port. */
function otherHost(url: string, host: string | null): string | undefined {
  if (host === null) return undefined;
  const scheme = url.slice(0, url.indexOf("//"));
  const isHost = !/[/?#]/.test(host);
  return isHost && originOf(`${scheme}//${host}`) === originOf(url) ? undefined : host;
}

/** Returns `request` with other values in some of its fields, or none where the value is `null`. */
export function withFields(request: Request, fields: ReadonlyMap<string, string | null>): Request {
  const headers = new Headers(request.headers);
  for (const [name, value] of fields) {
    if (value === null) headers.delete(name);
    else headers.set(name, value);
  }
  return copyOf(request, { headers });
}

/** Returns a copy of `request` without its body, for nobody who waits: it goes on when the client has gone. */
export function detached(request: Request): Request {
  const { method, headers } = request;
  return copyOf(request.url, { method, headers }, request);
}

/** Makes a request of the same class, since some frameworks extend it. */
function copyOf(input: Request | string, init: RequestInit, like = input as Request): Request {
  return Reflect.construct(like.constructor, [input, init]) as Request;
}
