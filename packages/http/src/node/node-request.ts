import type { IncomingMessage } from "node:http";
import type { HeaderReader } from "../message/header-list.js";
import type { RequestData } from "../message/message.js";
import { requestUrl } from "../message/request-url.js";

/** What an adapter knows better than the message itself, where its framework looks through proxies. */
export interface RequestOrigin {
  readonly scheme?: "http" | "https";
  readonly host?: string | undefined;
  /** The whole target, where the framework gives the message but the rest of it. */
  readonly target?: string;
  /** The framework's request, where that is not the message. */
  readonly source?: object;
}

/** Returns the request in `message`, as the client sent it, or as a layer outside had it changed. */
export function nodeRequest(message: IncomingMessage, origin: RequestOrigin = {}): RequestData {
  const { scheme = isEncrypted(message) ? "https" : "http" } = origin;
  const host = origin.host ?? hostOf(message);
  return {
    method: message.method ?? "GET",
    url: requestUrl(scheme, host, targetOf(message, origin)),
    otherHost: host === message.headers.host ? undefined : message.headers.host,
    headers: new RawHeaders(message.rawHeaders),
    source: origin.source ?? message,
  };
}

/**
 * Reads fields from a list of names and values in turn, as node:http receives them. Its other lists drop what is repeated
 * of some fields, which a handler may still see.
 */
class RawHeaders implements HeaderReader {
  readonly #lines: readonly string[];
  /** A bit for each length of a name, of which most names that are asked for have none. */
  readonly #lengths: number;

  constructor(lines: readonly string[]) {
    this.#lines = lines;
    let lengths = 0;
    for (let at = 0; at < lines.length; at += 2) lengths |= 1 << (lines[at] as string).length;
    this.#lengths = lengths;
  }

  get(name: string): string | null {
    if ((this.#lengths & (1 << name.length)) === 0) return null;
    const wanted = name.toLowerCase();
    let found: string | null = null;
    for (let at = 0; at < this.#lines.length; at += 2) {
      const given = this.#lines[at] as string;
      if (given.length !== wanted.length || given.toLowerCase() !== wanted) continue;
      const value = this.#lines[at + 1] as string;
      found = found === null ? value : `${found}, ${value}`;
    }
    return found;
  }

  has(name: string): boolean {
    return this.get(name) !== null;
  }
}

/** Returns the whole target: a middleware that is mounted on a path sees only the rest of it in `url`. */
export function targetOf(
  message: IncomingMessage & { originalUrl?: unknown },
  origin: RequestOrigin,
): string {
  if (origin.target !== undefined) return origin.target;
  return typeof message.originalUrl === "string" ? message.originalUrl : (message.url ?? "");
}

function isEncrypted({ socket }: IncomingMessage): boolean {
  return "encrypted" in socket && socket.encrypted === true;
}

function hostOf({ rawHeaders, headers }: IncomingMessage): string | undefined {
  // The list of all fields is made when it is first asked for.
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] as string;
    if (name.length === 4 && name.toLowerCase() === "host") return rawHeaders[at + 1];
  }
  const authority = headers[":authority"];
  return typeof authority === "string" ? authority : undefined;
}
