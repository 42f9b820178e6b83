import { hash, randomBytes } from "node:crypto";
import { ownMark } from "./owner.js";

const ENTRY_SUFFIX = ".cullet";
const LOCK_SUFFIX = ".lock";
const ENTRY = /^([0-9a-f]{64})\.cullet$/;
const LOCK = /^([0-9a-f]{64}|steal|cull)\.lock$/;
const TEMP = /^([0-9a-f]{32})-[0-9a-f]{16}\.tmp$/;

/** Returns the name under which `key` is kept: one that no key can choose, nor share with another. */
export function nameOf(key: string): string {
  return hash("sha256", key, "hex");
}

/** Returns the file name of the entry called `name`. */
export function entryFile(name: string): string {
  return name + ENTRY_SUFFIX;
}

/** Returns the file name of the lock called `name`: an entry's, or one of the directory's own. */
export function lockFile(name: string): string {
  return name + LOCK_SUFFIX;
}

/** Returns the file name of a new temporary file, which says whose it is. */
export function tempFile(): string {
  return `${ownMark().toString("hex")}-${randomBytes(8).toString("hex")}.tmp`;
}

/** Returns the name of the entry that is kept in `file`; `undefined` where that is no entry's file. */
export function entryNameOf(file: string): string | undefined {
  return ENTRY.exec(file)?.[1];
}

/** Whether `file` is what a lock is called. */
export function isLockFile(file: string): boolean {
  return LOCK.test(file);
}

/** Returns the mark of the process whose temporary file `file` is; `undefined` where it is none. */
export function tempOwnerOf(file: string): Buffer | undefined {
  const mark = TEMP.exec(file)?.[1];
  return mark === undefined ? undefined : Buffer.from(mark, "hex");
}
