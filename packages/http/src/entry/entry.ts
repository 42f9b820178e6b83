import { bufferOf } from "../message/buffer-of.js";
import { HeaderList } from "../message/header-list.js";

/** A stored response. */
export interface Entry {
  readonly status: number;
  readonly reason: string;
  /**
   * Those that are stored, in their order and spelling. `Content-Length` is among them, `Age` is not. Not to be changed: they
   * may be those of other readings of the entry.
   */
  readonly headers: HeaderList;
  readonly body: Uint8Array;
  readonly times: EntryTimes;
}

/** When an entry was received, and what it is good for from then on. */
export interface EntryTimes {
  /** When it was received, in milliseconds since 1970. */
  readonly storedAt: number;
  /** How old it was then, in seconds (RFC 9111 §4.2.3: corrected_initial_age). */
  readonly initialAge: number;
  /** How old it may become and be fresh, in seconds (§4.2.1: freshness_lifetime). */
  readonly lifetime: number;
  /** For how many seconds past its lifetime it may be served while it is refreshed, and where refreshing fails: RFC 5861. */
  readonly staleWhileRevalidate: number;
  readonly staleIfError: number;
  /** Whether it is to be validated before each use: `no-cache`. */
  readonly mustValidate: boolean;
  /** Whether it may be served stale at all, should the client put up with that. */
  readonly mayBeStale: boolean;
}

/** The form in which entries and their keys are written. A release that writes another misses what the last one wrote. */
export const ENTRY_FORMAT = 1;

// The characters of a field's value (RFC 9110 §5.5), and of a name (§5.6.2).
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
const NAME = /^[!#$%&'*+\-.^_`|~\dA-Za-z]+$/;

// A store in this process hands out strings without copying them. In one outside, each byte above 127 takes two in a string:
// where they are more than one in eight, bytes are better.
const SHARE_OF_HIGH_BYTES = 1 / 8;

const HEAD_LENGTH = 10;

type Head = [
  status: number,
  reason: string,
  lines: string[],
  storedAt: number,
  initialAge: number,
  lifetime: number,
  staleWhileRevalidate: number,
  staleIfError: number,
  mustValidate: boolean,
  mayBeStale: boolean,
];

/** An entry that is to be stored, whose body may be a string of a character for each byte. */
export type NewEntry = Omit<Entry, "body"> & { readonly body: Uint8Array | string };

/** Returns what is stored of `entry`: a line of JSON, and the body; text in a string of a character for each byte. */
export function encodeEntry(entry: NewEntry): string | Buffer {
  const { times } = entry;
  const head: Head = [
    entry.status,
    entry.reason,
    entry.headers.lines(),
    times.storedAt,
    times.initialAge,
    times.lifetime,
    times.staleWhileRevalidate,
    times.staleIfError,
    times.mustValidate,
    times.mayBeStale,
  ];
  const line = `${JSON.stringify(head)}\n`;
  const { body } = entry;
  const text = typeof body === "string" ? body : bufferOf(body).toString("latin1");
  const highBytes = Buffer.byteLength(text, "utf8") - text.length;
  return highBytes > text.length * SHARE_OF_HIGH_BYTES ? Buffer.from(line + text, "latin1") : line + text;
}

/** Returns the entry in what a store gave; `undefined` where there is none, or none that could be sent. */
export function decodeEntry(stored: unknown): Entry | undefined {
  const parts = partsOf(stored);
  const head = parts && headOf(parts.line);
  return head && isFramed(head, parts.body) ? { ...head, body: parts.body } : undefined;
}

/** Returns the line and the body in what a store gave; `undefined` where there are none. */
function partsOf(stored: unknown): { readonly line: string; readonly body: Buffer } | undefined {
  if (typeof stored === "string") {
    const at = stored.indexOf("\n");
    // Bytes of their own begin where the machine copies them quickest, each time that they are sent.
    const body = Buffer.from(stored.slice(at + 1), "latin1");
    return at < 0 ? undefined : { line: stored.slice(0, at), body };
  }
  if (!(stored instanceof Uint8Array)) return undefined;
  const bytes = bufferOf(stored);
  const at = bytes.indexOf(0x0a);
  return at < 0 ? undefined : { line: bytes.toString("latin1", 0, at), body: bytes.subarray(at + 1) };
}

function headOf(line: string): Omit<Entry, "body"> | undefined {
  const head = parseHead(line);
  if (head === undefined) return undefined;
  const [status, reason, lines, storedAt, initialAge, lifetime] = head;
  const [, , , , , , staleWhileRevalidate, staleIfError, mustValidate, mayBeStale] = head;
  const stale = { staleWhileRevalidate, staleIfError, mustValidate, mayBeStale };
  const times = { storedAt, initialAge, lifetime, ...stale };
  return { status, reason, headers: HeaderList.ofLines(lines), times };
}

/** Whether a client that believes the fields finds the end of the body where it is. */
function isFramed({ headers }: Pick<Entry, "headers">, body: Uint8Array): boolean {
  const stated = headers.get("content-length");
  return (stated === null || stated === String(body.length)) && !headers.has("transfer-encoding");
}

function parseHead(line: string): Head | undefined {
  let head: unknown;
  try {
    head = JSON.parse(line);
  } catch {
    return undefined;
  }
  return isHead(head) ? head : undefined;
}

/** Whether what was read is what `encodeEntry` writes, since whoever can write to the store may have written it. */
function isHead(head: unknown): head is Head {
  if (!Array.isArray(head) || head.length !== HEAD_LENGTH) return false;
  const [status, reason, lines] = head as unknown[];
  return (
    isStatus(status) &&
    typeof reason === "string" &&
    VALUE.test(reason) &&
    isLines(lines) &&
    head.slice(3, 8).every((time) => typeof time === "number" && time >= 0) &&
    head.slice(8).every((flag) => typeof flag === "boolean")
  );
}

function isStatus(status: unknown): boolean {
  return typeof status === "number" && Number.isInteger(status) && status >= 200 && status <= 599;
}

function isLines(lines: unknown): lines is string[] {
  if (!Array.isArray(lines) || lines.length % 2 !== 0) return false;
  for (let at = 0; at < lines.length; at += 2) {
    const name: unknown = lines[at];
    const value: unknown = lines[at + 1];
    if (typeof name !== "string" || typeof value !== "string") return false;
    if (!NAME.test(name) || !VALUE.test(value)) return false;
  }
  return true;
}
