import { Buffer } from "node:buffer";
import { type Entry, toBytes } from "./entry.js";

// A command is sent as the number of its arguments, and each argument after its length in bytes (RESP). To measure each takes
// as long as to write it: a text is taken to be ASCII, as most are, and one look at the whole tells whether it was.

/** Commands in the form in which they are sent. */
export type Encoded = Buffer | string;

/** Commands in which there are blanks in place of the values. */
interface Frame {
  readonly text: string;
  /** How many bytes come before each value. */
  readonly places: readonly number[];
}

const END = "\r\n";

// What is short, as most is, need not be made anew each time.
const SHORT = 256;
const HEADS = Array.from({ length: SHORT }, (_, length) => makeHead(length));
const BLANKS = Array.from({ length: SHORT }, (_, length) => makeBlank(length));

/** Returns a command of `texts`. */
export function encodeCommand(texts: readonly string[]): string {
  const command = commandOf(texts, true);
  return Buffer.byteLength(command) === command.length ? command : commandOf(texts, false);
}

/** Returns commands that store `entries`, one for each. */
export function encodeSets(entries: readonly Entry[]): Buffer {
  const values = entries.map(({ payload }) => toBytes(payload));
  let frame = frameOf(entries, values, true);
  let length = Buffer.byteLength(frame.text);
  if (length !== frame.text.length) {
    frame = frameOf(entries, values, false);
    length = Buffer.byteLength(frame.text);
  }
  const bytes = Buffer.allocUnsafe(length);
  bytes.write(frame.text);
  for (let at = 0; at < values.length; at += 1) {
    bytes.set(values[at] as Uint8Array, frame.places[at] as number);
  }
  return bytes;
}

function commandOf(texts: readonly string[], isAscii: boolean): string {
  let command = `*${texts.length}`;
  for (const text of texts) command += head(lengthOf(text, isAscii)) + text;
  return command + END;
}

function frameOf(entries: readonly Entry[], values: readonly Uint8Array[], isAscii: boolean): Frame {
  const places: number[] = [];
  let text = "";
  let bytesBeyondCharacters = 0;
  let ends: Ends | undefined;
  for (let at = 0; at < values.length; at += 1) {
    const { key, ttlMs } = entries[at] as Entry;
    const { length } = values[at] as Uint8Array;
    // Those that are stored together live equally long, as a rule.
    if (ends === undefined || ends.ttlMs !== ttlMs) ends = endsOf(ttlMs);
    const keyLength = lengthOf(key, isAscii);
    bytesBeyondCharacters += keyLength - key.length;
    text += ends.first + head(keyLength) + key + head(length);
    places.push(text.length + bytesBeyondCharacters);
    text += (BLANKS[length] ?? makeBlank(length)) + ends.last;
  }
  return { text, places };
}

/** What a SET begins and ends with. */
interface Ends {
  readonly ttlMs: number | null;
  readonly first: string;
  readonly last: string;
}

function endsOf(ttlMs: number | null): Ends {
  const name = `${head(3)}set`;
  if (ttlMs === null) return { ttlMs, first: `*3${name}`, last: END };
  const digits = `${ttlMs}`;
  return { ttlMs, first: `*5${name}`, last: `${head(2)}PX${head(digits.length)}${digits}${END}` };
}

/** Returns what comes before an argument of `length` bytes: the end of what is before it, and the length. */
function head(length: number): string {
  return HEADS[length] ?? makeHead(length);
}

function makeHead(length: number): string {
  return `${END}$${length}${END}`;
}

function makeBlank(length: number): string {
  return " ".repeat(length);
}

function lengthOf(text: string, isAscii: boolean): number {
  return isAscii ? text.length : Buffer.byteLength(text);
}
