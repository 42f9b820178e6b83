import { closeSync, constants, fstatSync, readSync, unlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { isErrno } from "./errno.js";
import { decodeMark } from "./format.js";
import { Lock } from "./lock.js";
import { lockFile } from "./names.js";
import { openWarily } from "./open.js";
import { isGone } from "./owner.js";

/** After this, a lock is taken from a holder that lives, or of which nothing is known. */
const LEASE_MS = 10_000;
/** After this, a lock is taken from a holder that died, or was stopped, before it had signed it. */
const UNSIGNED_LEASE_MS = 500;

const scratch = Buffer.allocUnsafeSlow(64);

/** What a lock tells of its holder. */
interface Holder {
  /** The mark it was signed with; `undefined` where it is not signed. */
  readonly mark: Buffer | undefined;
  /** How long it has been held; for ever, where something else stands in its place. */
  readonly ageMs: number;
}

/** Something that is no lock, and that must not be touched. */
const UNKNOWN: Holder = { mark: undefined, ageMs: Number.POSITIVE_INFINITY };

/** Removes the lock at `path` if its holder has gone, or has held it for far too long; `true` where it did. */
export function removeStaleLock(path: string): boolean {
  if (!isStale(path)) return false;
  // Two processes must not both find it stale: the second could then remove what a third has taken meanwhile.
  const guardPath = join(dirname(path), lockFile("steal"));
  const guard = Lock.tryTake(guardPath);
  if (guard === undefined) {
    if (isStale(guardPath)) remove(guardPath);
    return false;
  }
  try {
    guard.sign();
    if (!isStale(path)) return false;
    remove(path);
    return true;
  } finally {
    guard.release();
  }
}

/** Returns who holds the lock at `path`; `undefined` where it is free. */
export function holderOf(path: string): Holder | undefined {
  let fd: number;
  try {
    fd = openWarily(path, constants.O_RDONLY);
  } catch (error) {
    return isErrno(error, "ENOENT") ? undefined : UNKNOWN;
  }
  try {
    const stat = fstatSync(fd);
    if (!stat.isFile()) return UNKNOWN;
    const mark = decodeMark(scratch, readSync(fd, scratch, 0, scratch.length, 0));
    // By ctime, since the mtime of an entry in the making says when it expires. The clock may have been set back.
    return { mark, ageMs: Math.abs(Date.now() - stat.ctimeMs) };
  } finally {
    closeSync(fd);
  }
}

function isStale(path: string): boolean {
  const holder = holderOf(path);
  if (holder === undefined || holder === UNKNOWN) return false;
  if (holder.mark === undefined) return holder.ageMs > UNSIGNED_LEASE_MS;
  return isGone(holder.mark) || holder.ageMs > LEASE_MS;
}

function remove(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (!isErrno(error, "ENOENT")) throw error;
  }
}
