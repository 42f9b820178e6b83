import { closeSync, constants, fstatSync, lstatSync, renameSync, unlinkSync } from "node:fs";
import { isErrno } from "./errno.js";
import { encodeLock } from "./format.js";
import { makePrivate, openInDirectory, writeWhole } from "./open.js";

const { O_CREAT, O_EXCL, O_WRONLY } = constants;

/** After this, a holder looks whether the lock was taken from it. */
const TRUST_MS = 200;

/** Thrown out of a section whose lock was taken from it, as may happen after a long stop: it is to begin again. */
export class LostLockError extends Error {}

/**
 * A file that one process at a time can make: its maker alone may change what it stands for. Renamed over that, it
 * becomes the new content and is released, in one step. It is held for some microseconds; its holder never waits.
 */
export class Lock {
  readonly fd: number;
  readonly #path: string;
  readonly #takenAt = performance.now();
  #isPublished = false;

  private constructor(path: string, fd: number) {
    this.#path = path;
    this.fd = fd;
  }

  /** Takes the lock at `path`, unless it is held. */
  static tryTake(path: string): Lock | undefined {
    try {
      return new Lock(path, openInDirectory(path, O_CREAT | O_EXCL | O_WRONLY));
    } catch (error) {
      if (isErrno(error, "EEXIST")) return undefined;
      throw error;
    }
  }

  /** Says in the lock who holds it. One that becomes an entry need not: the entry says it. */
  sign(): void {
    try {
      makePrivate(this.fd);
      writeWhole(this.fd, encodeLock());
    } catch (error) {
      // An unsigned lock is a lock, and on a full disk entries must still be counted with and removed.
      if (!isErrno(error, "ENOSPC", "EDQUOT")) throw error;
    }
  }

  /** Throws where the lock was taken from its holder, who must then leave everything as it is. */
  confirm(): void {
    if (!this.#isMine()) throw new LostLockError();
  }

  /** Puts what was written into the lock in the place of `path`. */
  publish(path: string): void {
    this.confirm();
    try {
      renameSync(this.#path, path);
      this.#isPublished = true;
    } catch (error) {
      // The directory was deleted, and the lock with it.
      throw isErrno(error, "ENOENT") ? new LostLockError() : error;
    }
  }

  release(): void {
    try {
      if (!this.#isPublished && this.#isMine()) unlinkSync(this.#path);
    } catch (error) {
      if (!isErrno(error, "ENOENT")) throw error;
    } finally {
      closeSync(this.fd);
    }
  }

  #isMine(): boolean {
    if (performance.now() - this.#takenAt < TRUST_MS) return true;
    return lstatSync(this.#path, { throwIfNoEntry: false })?.ino === fstatSync(this.fd).ino;
  }
}
