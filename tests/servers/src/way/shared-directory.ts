import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { disown, own } from "../reaper/client.js";

/** The user and group `nobody`: servers do not run as root, and databases refuse to. */
export const NOBODY = 65_534;

/** Makes a temporary directory that a server may write to, whoever runs it. It goes with this process. */
export function makeSharedDirectory(name: string): string {
  // Root's TMPDIR may be where nobody else may look. A short path also fits a Unix socket's limit of 107 bytes.
  const parent = process.getuid?.() === 0 ? "/tmp" : tmpdir();
  const path = mkdtempSync(join(parent, `cullet-${name}-`));
  own({ kind: "directory", path });
  chmodSync(path, 0o777);
  return path;
}

/** Removes such a directory. */
export function removeSharedDirectory(path: string): void {
  rmSync(path, { recursive: true, force: true, maxRetries: 3 });
  disown({ kind: "directory", path });
}
