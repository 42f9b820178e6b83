import { closeSync, constants, fstatSync, ftruncateSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { entryNameOf } from "./names.js";
import { makePrivate, openInDirectory, writeWhole } from "./open.js";

const { O_APPEND, O_CREAT, O_RDWR } = constants;

/** Removals after which the files are to be cut short. */
const LONG_FILE = 1_048_576;

const ONE = new Uint8Array(1);

interface Files {
  readonly added: number;
  readonly removed: number;
}

/**
 * How many entries a directory holds, known to all processes without listing it: one file grows by a byte for each
 * entry that is added, another for each that is removed, which they can all do at once. A crash may leave the count
 * too high; the listing that comes with the next cull corrects it.
 */
export class EntryCount {
  readonly #directory: string;
  #files: Files | undefined;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Whether there are `limit` entries; or the files have grown so long that the count is to be set again. */
  isFull(limit: number): boolean {
    const { added, removed } = this.#sizes();
    return added - removed >= limit || removed > LONG_FILE;
  }

  /** Returns the number of entries. */
  read(): number {
    const { added, removed } = this.#sizes();
    return Math.max(0, added - removed);
  }

  /** Counts a new entry, before it is there: what is lost in a crash must not let the cache grow. */
  add(): void {
    writeWhole(this.#open().added, ONE);
  }

  /** Counts an entry that is gone. */
  remove(): void {
    try {
      writeWhole(this.#open().removed, ONE);
    } catch {
      // Without room for the byte the count stays too high, which the next listing corrects.
    }
  }

  /** Sets the count right. */
  reset(count: number): void {
    const { added, removed } = this.#sizes();
    if (added - removed === count && removed <= LONG_FILE) return;
    const files = this.#open();
    // In this order, since those who look in between had better see too many than too few.
    ftruncateSync(files.removed, 0);
    ftruncateSync(files.added, count);
  }

  close(): void {
    if (this.#files === undefined) return;
    closeSync(this.#files.added);
    closeSync(this.#files.removed);
    this.#files = undefined;
  }

  #sizes(): { added: number; removed: number } {
    let added = fstatSync(this.#open().added);
    if (added.nlink === 0) {
      // The directory was deleted under this process, and perhaps made again.
      this.close();
      added = fstatSync(this.#open().added);
    }
    return { added: added.size, removed: fstatSync(this.#open().removed).size };
  }

  #open(): Files {
    this.#files ??= this.#openFiles();
    return this.#files;
  }

  #openFiles(): Files {
    const added = openCounter(join(this.#directory, "added.count"));
    try {
      if (fstatSync(added).size === 0) ftruncateSync(added, this.#list());
      return { added, removed: openCounter(join(this.#directory, "removed.count")) };
    } catch (error) {
      closeSync(added);
      throw error;
    }
  }

  #list(): number {
    return readdirSync(this.#directory).filter((file) => entryNameOf(file) !== undefined).length;
  }
}

function openCounter(path: string): number {
  const fd = openInDirectory(path, O_APPEND | O_CREAT | O_RDWR);
  makePrivate(fd);
  return fd;
}
