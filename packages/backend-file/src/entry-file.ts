import { closeSync, constants, fstatSync, futimesSync, lstatSync, read, readSync, writeSync } from "node:fs";
import { promisify } from "node:util";
import { now, type Payload } from "@cullet/core";
import { isErrno } from "./errno.js";
import { decodeHead, encodeState, type Head, isIntact, KEY_AT, STATE_AT } from "./format.js";
import { nameOf } from "./names.js";
import { openWarily } from "./open.js";

/** Entries longer than this are read and written without holding up the process. */
export const LONG_BYTES = 1_048_576;

/** What is never to expire is given this time, in the year 2242: a file system may know none that is later. */
const NEVER_SECONDS = 2 ** 33;
const READ_TRIES = 4;

// One read of this takes in a small entry whole, and the process has only one: it is used up before anything waits.
const scratch = Buffer.allocUnsafeSlow(65_536);
const scratchBytes = new Uint8Array(scratch.buffer);
const readLater = promisify(read);

/** Why an entry is not live: damaged also where it is another's. */
export type Dead = "expired" | "damaged";

/** What stands in an entry's place, opened. */
export class EntryFile {
  readonly #fd: number;

  private constructor(fd: number) {
    this.#fd = fd;
  }

  /** Opens the file at `path` for `use`, and closes it; `undefined` where there is nothing that could be an entry. */
  static use<T>(path: string, flags: number, use: (file: EntryFile) => T): T | undefined {
    const file = EntryFile.#open(path, flags);
    if (file === undefined) return undefined;
    try {
      return use(file);
    } finally {
      closeSync(file.#fd);
    }
  }

  /** Like `use`, for reading what takes its time. */
  static async useLater<T>(path: string, use: (file: EntryFile) => Promise<T>): Promise<T | undefined> {
    const file = EntryFile.#open(path, constants.O_RDONLY);
    if (file === undefined) return undefined;
    try {
      return await use(file);
    } finally {
      closeSync(file.#fd);
    }
  }

  static #open(path: string, flags: number): EntryFile | undefined {
    try {
      return new EntryFile(openWarily(path, flags));
    } catch (error) {
      // Missing, or a link, a socket, a directory.
      if (isErrno(error, "ENOENT", "ELOOP", "ENXIO", "EISDIR")) return undefined;
      throw error;
    }
  }

  /** Whether this is the file, and a file, that stands at `path` now. */
  isAt(path: string): boolean {
    const there = lstatSync(path, { throwIfNoEntry: false });
    if (!there?.isFile()) return false;
    return there.ino === fstatSync(this.#fd).ino;
  }

  /**
   * Reads what the file says of itself, if it is a live entry of this name, and of `key` where that is given; else why it
   * is not. Of a long entry, the payload is not looked at.
   */
  liveHead(name: string, key?: string): Head | Dead {
    const head = this.#head();
    if (head === undefined) return "damaged";
    if (head.expiresAt <= now()) return "expired";
    const found = this.key(head);
    const isOfName = key === undefined ? nameOf(found) === name : found === key;
    return isOfName ? head : "damaged";
  }

  /** Returns the key of the entry whose head was read just now. */
  key({ payloadAt }: Head): string {
    if (payloadAt <= scratch.length) return scratch.toString("utf8", KEY_AT, payloadAt);
    const key = Buffer.allocUnsafe(payloadAt - KEY_AT);
    return key.toString("utf8", 0, readSync(this.#fd, key, 0, key.length, KEY_AT));
  }

  /** Returns the payload of the entry whose head was read just now; `undefined` where it is damaged. */
  payload(head: Head): Payload | undefined {
    if (head.count !== undefined) return head.count;
    if (isInScratch(head)) return scratchBytes.slice(head.payloadAt, head.end);
    const body = newBody(head);
    let length = 0;
    while (length < body.length) {
      const bytes = readSync(this.#fd, body, length, body.length - length, KEY_AT + length);
      if (bytes === 0) return undefined;
      length += bytes;
    }
    return payloadIn(body, head);
  }

  /** Like `payload`, without holding up the process. */
  async payloadLater(head: Head): Promise<Payload | undefined> {
    const body = newBody(head);
    let length = 0;
    while (length < body.length) {
      const { bytesRead } = await readLater(this.#fd, body, length, body.length - length, KEY_AT + length);
      if (bytesRead === 0) return undefined;
      length += bytesRead;
    }
    return payloadIn(body, head);
  }

  /** Changes expiry and number in place. A reader that comes in between sees a wrong checksum, and reads again. */
  writeState(head: Head, expiresAt: number, count: number | undefined): void {
    const state = encodeState(head, expiresAt, count);
    writeSync(this.#fd, state, 0, state.length, STATE_AT);
    hintExpiry(this.#fd, expiresAt);
  }

  #head(): Head | undefined {
    for (let tries = 0; tries < READ_TRIES; tries++) {
      const length = this.#readScratch();
      const head = decodeHead(scratch, length);
      if (head !== undefined) return this.#isWhole(head, length) ? head : undefined;
      if (length < KEY_AT) return undefined;
      // Somebody may just be writing the state.
    }
    return undefined;
  }

  #isWhole(head: Head, length: number): boolean {
    if (!isInScratch(head)) return fstatSync(this.#fd).size === head.end;
    return length === head.end && isIntact(head, scratch.subarray(KEY_AT, head.end));
  }

  #readScratch(): number {
    try {
      return readSync(this.#fd, scratch, 0, scratch.length, 0);
    } catch (error) {
      // A directory, a pipe, a device: reading at a place, instead of on, is what they all refuse.
      if (isErrno(error, "EISDIR", "ESPIPE", "EINVAL")) return 0;
      throw error;
    }
  }
}

// One byte more must fit, since it would show that the file is too long.
function isInScratch({ end }: Head): boolean {
  return end < scratch.length;
}

function newBody({ end }: Head): Uint8Array {
  // Not a Buffer, and not filled with zeros first.
  return new Uint8Array(Buffer.allocUnsafeSlow(end - KEY_AT).buffer);
}

function payloadIn(body: Uint8Array, head: Head): Uint8Array | undefined {
  return isIntact(head, body) ? body.subarray(head.payloadAt - KEY_AT) : undefined;
}

/** Sets the mtime to when the entry expires, so that a cull need not open each file to find the soonest. */
export function hintExpiry(fd: number, expiresAt: number): void {
  const seconds = Math.min(expiresAt / 1000, NEVER_SECONDS);
  futimesSync(fd, seconds, seconds);
}
