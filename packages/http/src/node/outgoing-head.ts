import { type OutgoingHttpHeader, type OutgoingHttpHeaders, ServerResponse } from "node:http";
import { HeaderList, type LineReader } from "../message/header-list.js";
import type { ResponseHead } from "../message/message.js";

/** The fields of a response at one moment, by name in lower case. */
export type HeaderSnapshot = ReadonlyMap<string, string>;

const NO_FIELDS: HeaderSnapshot = new Map();
const NO_NAMES: ReadonlySet<string> = new Set();

/** Returns the fields that `response` has now. */
export function snapshotOf(response: ServerResponse): HeaderSnapshot {
  const names = response.getHeaderNames();
  if (names.length === 0) return NO_FIELDS;
  return new Map(names.map((name) => [name, String(response.getHeader(name))]));
}

/** Returns the head that `response` would send. */
export function readHead(response: ServerResponse): ResponseHead {
  const lines: string[] = [];
  for (const name of rawNames(response)) {
    for (const value of valuesOf(response.getHeader(name))) lines.push(name, value);
  }
  const reason = hasReason(response) ? (response.statusMessage ?? "") : "";
  return { status: response.statusCode, reason, headers: HeaderList.ofLines(lines) };
}

/** Returns what reads the fields that `response` would send, or has sent, without a list of them all. */
export function fieldsOf(response: ServerResponse): LineReader {
  const getAll = (name: string) => valuesOf(response.getHeader(name));
  return {
    get(name) {
      const lines = getAll(name);
      return lines.length === 0 ? null : lines.join(", ");
    },
    has: (name) => getAll(name).length > 0,
    getAll,
  };
}

/** Returns the names of the fields that were there in `before` and are the same in `headers`. */
export function inheritedNames(headers: HeaderList, before: HeaderSnapshot): ReadonlySet<string> {
  if (before.size === 0) return NO_NAMES;
  const inherited = new Set<string>();
  for (const [name, value] of before) {
    if (headers.getAll(name).join() === value) inherited.add(name);
  }
  return inherited;
}

/** A head as it was at one moment. */
interface HeadBefore {
  readonly status: number;
  readonly reason: string;
  /** Name, value, name, value. */
  readonly lines: readonly string[];
}

/** Makes `head` what `response` will send, which would have sent `before`. */
export function changeHead(
  response: ServerResponse,
  { status, reason, headers }: ResponseHead,
  before: HeadBefore,
): void {
  if (status !== before.status) response.statusCode = status;
  if (reason !== before.reason) setReason(response, reason);
  for (const name of changedNames(before.lines, headers.lines())) {
    const values = headers.getAll(name);
    const [only = ""] = values;
    if (values.length === 0) response.removeHeader(name);
    else response.setHeader(name, values.length === 1 ? only : values);
  }
}

/**
 * Returns the names of all fields whose lines differ, each once, and maybe others. Lists mostly differ in what was added last,
 * and to set a field again takes as long as all that is done to decide on it.
 */
function changedNames(before: readonly string[], after: readonly string[]): Iterable<string> {
  let same = 0;
  while (same < after.length && before[same] === after[same] && before[same + 1] === after[same + 1])
    same += 2;
  const names = new Map<string, string>();
  for (const lines of [after, before]) {
    for (let at = same; at < lines.length; at += 2) {
      const name = lines[at] as string;
      const lower = name.toLowerCase();
      if (!names.has(lower)) names.set(lower, name);
    }
  }
  return names.values();
}

/** Adds the fields that were given to `writeHead`, in any of its forms, to those that `response` has. */
export function mergeHeaders(
  response: ServerResponse,
  given: OutgoingHttpHeaders | readonly OutgoingHttpHeader[] | readonly (readonly OutgoingHttpHeader[])[],
): void {
  if (!Array.isArray(given)) {
    for (const [name, value] of Object.entries(given as OutgoingHttpHeaders)) {
      if (value !== undefined) response.setHeader(name, value);
    }
    return;
  }
  const pairs = pairsOf(given);
  // They stand over those of the same name that were set before, and may be repeated among themselves.
  const seen = new Set<string>();
  for (const [name, value] of pairs) {
    const lower = name.toLowerCase();
    if (seen.has(lower)) response.appendHeader(name, value);
    else response.setHeader(name, value);
    seen.add(lower);
  }
}

function pairsOf(given: readonly unknown[]): [string, string | string[]][] {
  if (given.every(Array.isArray)) return given as [string, string | string[]][];
  const pairs: [string, string | string[]][] = [];
  for (let at = 0; at + 1 < given.length; at += 2) {
    const value = given[at + 1];
    pairs.push([String(given[at]), Array.isArray(value) ? value.map(String) : String(value)]);
  }
  return pairs;
}

function valuesOf(value: OutgoingHttpHeader | undefined): string[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value.map(String) : [String(value)];
}

/** Returns the names as they were set. The types of node:http lack the method, and HTTP/2, whose names have no case, has none. */
function rawNames(response: ServerResponse & { getRawHeaderNames?(): string[] }): string[] {
  return response.getRawHeaderNames?.() ?? response.getHeaderNames();
}

/** HTTP/2 has no reason phrases, and warns of who asks for one. */
function hasReason(response: object): boolean {
  return response instanceof ServerResponse;
}

/** Makes `reason` the reason phrase, where there is one; an empty one is the usual one of the status. */
export function setReason(response: ServerResponse, reason: string): void {
  if (hasReason(response)) response.statusMessage = reason;
}

/** Gives `response` a head, over what was set before; each line is sent, also where a name is repeated. */
export function giveHead(
  response: ServerResponse,
  { status, reason, headers }: ResponseHead,
  writeHead: ServerResponse["writeHead"],
): void {
  // Each look at a response takes its time in Express, which gives each one another prototype.
  const isPlain = hasReason(response);
  if (isPlain) response.statusMessage = reason;
  // Where fields were set before, and in HTTP/2, writeHead would take but the last line of each name.
  if (isPlain && response.getHeaderNames().length === 0) {
    writeHead.call(response, status, headers.lines());
    return;
  }
  if (isPlain) response.setHeaders(headers.fields());
  else for (const [name, value] of headers.fields()) response.setHeader(name, value);
  writeHead.call(response, status);
}
