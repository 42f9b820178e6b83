import { chmodSync, constants, existsSync, fchmodSync, mkdirSync, openSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { isErrno } from "./errno.js";

const FILE_MODE = 0o600;
const DIRECTORY_MODE = 0o700;

// Not every platform has both; where one is missing, there is nothing to guard against.
const { O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;

/** Opens `path`, but does not follow a link, and does not wait for a pipe, that stands in its place. */
export function openWarily(path: string, flags: number): number {
  return openSync(path, flags | O_NOFOLLOW | O_NONBLOCK);
}

/** Opens `path`, which `flags` may create; makes its directory first where that is missing. */
export function openInDirectory(path: string, flags: number): number {
  try {
    return openSync(path, flags | O_NOFOLLOW | O_NONBLOCK, FILE_MODE);
  } catch (error) {
    if (!isErrno(error, "ENOENT")) throw error;
    makeDirectory(dirname(path));
    return openSync(path, flags | O_NOFOLLOW | O_NONBLOCK, FILE_MODE);
  }
}

/** Gives a new file the mode that it was opened with, of which the umask may have taken some. */
export function makePrivate(fd: number): void {
  fchmodSync(fd, FILE_MODE);
}

/** Makes a directory that only its owner can look into, and likewise each one above it that is missing. */
export function makeDirectory(path: string): void {
  if (existsSync(path)) return;
  makeDirectory(dirname(path));
  try {
    mkdirSync(path, DIRECTORY_MODE);
    chmodSync(path, DIRECTORY_MODE);
  } catch (error) {
    if (!isErrno(error, "EEXIST")) throw error;
  }
}

/** Writes all of `bytes`: a disk that is filling up takes a part before it says no. */
export function writeWhole(fd: number, bytes: Uint8Array): void {
  let written = 0;
  while (written < bytes.length) written += writeSync(fd, bytes, written);
}
