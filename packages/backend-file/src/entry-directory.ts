import { constants, existsSync, lstatSync, rmSync, type Stats, unlinkSync } from "node:fs";
import { opendir } from "node:fs/promises";
import type { Awaitable } from "@cullet/core";
import { EntryCount } from "./entry-count.js";
import { EntryFile } from "./entry-file.js";
import { isErrno, isSystemError } from "./errno.js";
import type { Head } from "./format.js";
import type { Lock } from "./lock.js";
import { entryFile, entryNameOf, isLockFile, lockFile, tempFile, tempOwnerOf } from "./names.js";
import { isGone } from "./owner.js";
import { removeStaleLock } from "./stale-lock.js";
import { tryWithLock, withLock } from "./with-lock.js";

/** After this, a temporary file is a leftover, whoever made it. */
const TEMP_LIFE_MS = 3_600_000;
const LISTED_AT_ONCE = 256;

/** The directory of a cache: what its files are called, which there are, and how they go. */
export class EntryDirectory {
  readonly path: string;
  readonly count: EntryCount;
  readonly #patienceMs: number;

  /** Works in the directory at `path`, which is absolute, and waits for a lock no longer than `patienceMs`. */
  constructor(path: string, patienceMs: number) {
    this.path = path;
    this.#patienceMs = patienceMs;
    this.count = new EntryCount(path);
  }

  entryPath(name: string): string {
    return `${this.path}/${entryFile(name)}`;
  }

  lockPath(name: string): string {
    return `${this.path}/${lockFile(name)}`;
  }

  newTempPath(): string {
    return `${this.path}/${tempFile()}`;
  }

  /** Runs `section` while nobody else can write the entry `name`. */
  withLock<T>(name: string, section: (lock: Lock) => T): Awaitable<T> {
    return withLock(this.lockPath(name), this.#patienceMs, section);
  }

  /** Whether something stands under `name`, live or not. */
  has(name: string): boolean {
    return existsSync(this.entryPath(name));
  }

  /** Returns what can be known of an entry's file without opening it. */
  stat(name: string): Stats | undefined {
    const stat = lstatSync(this.entryPath(name), { throwIfNoEntry: false });
    return stat?.isFile() ? stat : undefined;
  }

  /**
   * Opens the live entry `name`, which is that of `key` where this is given, for `use`; `undefined` where there is none.
   * One that is found dead goes away: the result is `ifDamaged` where it was damaged. Who holds the entry's lock may
   * change it.
   */
  useLive<T>(
    name: string,
    key: string | undefined,
    use: (file: EntryFile, head: Head) => T,
    { lock, ifDamaged }: { lock?: Lock; ifDamaged?: T } = {},
  ): T | undefined {
    const flags = lock === undefined ? constants.O_RDONLY : constants.O_RDWR;
    return EntryFile.use(this.entryPath(name), flags, (file) => {
      const head = file.liveHead(name, key);
      if (typeof head === "object") return use(file, head);
      // What looked damaged, and was not any more when nobody else could write it, was being written.
      const isGone = this.#discard(name, file, lock);
      return isGone && head === "damaged" ? ifDamaged : undefined;
    });
  }

  /** Removes the entry `name` if it is dead; `true` where it was. */
  removeDead(name: string): boolean {
    const path = this.entryPath(name);
    return EntryFile.use(path, constants.O_RDONLY, (file) => this.#discard(name, file, undefined)) ?? false;
  }

  /** Removes the entry `name` if it is still the one in `file`, whose payload is damaged. */
  removeDamaged(name: string, file: EntryFile): void {
    this.#bestEffort(() => this.removeIf(name, () => file.isAt(this.entryPath(name))));
  }

  /** Removes an entry if `isVictim` still says so when nobody else can write it, and nobody is about to. */
  removeIf(name: string, isVictim: () => boolean): boolean {
    const done = tryWithLock(this.lockPath(name), (lock) => {
      lock.sign();
      return this.#removeUnder(lock, name, isVictim);
    });
    return done?.result ?? false;
  }

  /** Removes an entry, whichever stands under `name` by now; `true` where one did. */
  remove(name: string): boolean {
    try {
      unlinkSync(this.entryPath(name));
    } catch (error) {
      if (isErrno(error, "ENOENT")) return false;
      throw error;
    }
    this.count.remove();
    return true;
  }

  /** Returns the names of all entries, and removes on the way what crashed processes have left. */
  async list(): Promise<string[]> {
    const names: string[] = [];
    try {
      for await (const file of await opendir(this.path, { bufferSize: LISTED_AT_ONCE })) {
        if (!file.isFile()) continue;
        const name = entryNameOf(file.name);
        if (name !== undefined) names.push(name);
        else this.#sweep(file.name);
      }
    } catch (error) {
      if (!isErrno(error, "ENOENT")) throw error;
    }
    return names;
  }

  #discard(name: string, file: EntryFile, lock: Lock | undefined): boolean {
    const isDead = () => file.isAt(this.entryPath(name)) && typeof file.liveHead(name) === "string";
    if (lock !== undefined) return this.#removeUnder(lock, name, isDead);
    return this.#bestEffort(() => this.removeIf(name, isDead));
  }

  #removeUnder(lock: Lock, name: string, isVictim: () => boolean): boolean {
    if (!isVictim()) return false;
    lock.confirm();
    return this.remove(name);
  }

  // A dead entry is a miss, whether or not it can be removed.
  #bestEffort(remove: () => boolean): boolean {
    try {
      return remove();
    } catch (error) {
      if (!isSystemError(error)) throw error;
      return false;
    }
  }

  #sweep(file: string): void {
    const path = `${this.path}/${file}`;
    if (isLockFile(file)) {
      removeStaleLock(path);
      return;
    }
    const owner = tempOwnerOf(file);
    if (owner === undefined) return;
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (stat === undefined || !(isGone(owner) || Date.now() - stat.ctimeMs > TEMP_LIFE_MS)) return;
    rmSync(path, { force: true });
  }
}
