import { closeSync, constants, renameSync, rmSync, write } from "node:fs";
import { promisify } from "node:util";
import type { Awaitable, Payload } from "@cullet/core";
import type { Culler } from "./culler.js";
import type { EntryDirectory } from "./entry-directory.js";
import { hintExpiry, LONG_BYTES } from "./entry-file.js";
import { isErrno } from "./errno.js";
import { encodeEntry } from "./format.js";
import type { Lock } from "./lock.js";
import { makePrivate, openInDirectory, writeWhole } from "./open.js";

const { O_CREAT, O_EXCL, O_WRONLY } = constants;

const writeLater = promisify(write);

/** An entry to be written. */
interface NewEntry {
  readonly name: string;
  readonly key: string;
  readonly payload: Payload;
  /** When it expires: milliseconds since 1970, or Infinity. */
  readonly expiresAt: number;
  /** Whether a live entry of the key stays, and nothing is written. */
  readonly isAdded: boolean;
}

/** What became of an entry that was to be written: it was; a live one stayed; or there was no room for another. */
const Outcome = { written: 0, kept: 1, full: 2 } as const;
type Outcome = (typeof Outcome)[keyof typeof Outcome];

/** Writes whole entries into a directory, and keeps room for them. */
export class EntryWriter {
  readonly #directory: EntryDirectory;
  readonly #culler: Culler;

  constructor(directory: EntryDirectory, culler: Culler) {
    this.#directory = directory;
    this.#culler = culler;
  }

  /** Writes an entry; `false` where a live one was there that was to stay. */
  write(entry: NewEntry): Awaitable<boolean> {
    const outcome = this.#tryUnlessFull(entry);
    if (outcome instanceof Promise || outcome === Outcome.full) return this.#writeWithRoom(entry, outcome);
    return outcome === Outcome.written;
  }

  async #writeWithRoom(entry: NewEntry, first: Awaitable<Outcome>): Promise<boolean> {
    let outcome = first instanceof Promise ? await first : first;
    while (outcome === Outcome.full) {
      const isEnough = await this.#culler.makeRoom();
      const next = isEnough ? this.#tryUnlessFull(entry) : this.#tryWrite(entry, true);
      // Whoever finds the room taken by others sees to it at once, before all who wait have found the same.
      outcome = next instanceof Promise ? await next : next;
    }
    return outcome === Outcome.written;
  }

  #tryUnlessFull(entry: NewEntry): Awaitable<Outcome> {
    const mustWait = this.#culler.isRunning && this.#culler.isFull && !this.#directory.has(entry.name);
    return mustWait ? Outcome.full : this.#tryWrite(entry, false);
  }

  #tryWrite(entry: NewEntry, mayExceed: boolean): Awaitable<Outcome> {
    const pieces = encodeEntry(entry.key, entry.payload, entry.expiresAt);
    if (typeof entry.payload !== "number" && entry.payload.length > LONG_BYTES)
      return this.#writeLong(entry, pieces, mayExceed);
    return this.#directory.withLock(entry.name, (lock) => {
      // The lock is the temporary file, so that none need be made besides.
      for (const piece of pieces) writeWhole(lock.fd, piece);
      makePrivate(lock.fd);
      hintExpiry(lock.fd, entry.expiresAt);
      return this.#put(entry, mayExceed, lock, (path) => lock.publish(path));
    });
  }

  async #writeLong(entry: NewEntry, pieces: readonly Uint8Array[], mayExceed: boolean): Promise<Outcome> {
    if (!mayExceed && this.#culler.isFull && !this.#directory.has(entry.name)) return Outcome.full;
    try {
      return await this.#tryWriteLong(entry, pieces, mayExceed);
    } catch (error) {
      // The directory was deleted, and the temporary file with it.
      if (!isErrno(error, "ENOENT")) throw error;
      return this.#tryWriteLong(entry, pieces, mayExceed);
    }
  }

  async #tryWriteLong(entry: NewEntry, pieces: readonly Uint8Array[], mayExceed: boolean): Promise<Outcome> {
    const temp = this.#directory.newTempPath();
    try {
      await writeFile(temp, pieces, entry.expiresAt);
      return await this.#directory.withLock(entry.name, (lock) => {
        lock.sign();
        return this.#put(entry, mayExceed, lock, (path) => renameSync(temp, path));
      });
    } finally {
      rmSync(temp, { force: true });
    }
  }

  /** Lets `place` put the file of an entry where it belongs, counted. */
  #put(entry: NewEntry, mayExceed: boolean, lock: Lock, place: (path: string) => void): Outcome {
    const directory = this.#directory;
    const { name, key, expiresAt } = entry;
    if (entry.isAdded && directory.useLive(name, key, () => true, { lock })) return Outcome.kept;
    const isNew = !directory.has(name);
    if (isNew && !mayExceed && this.#culler.isFull) return Outcome.full;
    lock.confirm();
    if (isNew) directory.count.add();
    place(directory.entryPath(name));
    if (isNew) this.#culler.noteNew(name, expiresAt);
    return Outcome.written;
  }
}

async function writeFile(path: string, pieces: readonly Uint8Array[], expiresAt: number): Promise<void> {
  const fd = openInDirectory(path, O_CREAT | O_EXCL | O_WRONLY);
  try {
    makePrivate(fd);
    for (const piece of pieces) {
      let written = 0;
      while (written < piece.length) written += (await writeLater(fd, piece, written)).bytesWritten;
    }
    hintExpiry(fd, expiresAt);
  } finally {
    closeSync(fd);
  }
}
