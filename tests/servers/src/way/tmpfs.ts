import { spawnSync } from "node:child_process";
import { NOBODY } from "./shared-directory.js";

/** In a mount namespace of its own, so that the disk is gone with the last process that sees it. */
const UNSHARE = ["unshare", "--mount"] as const;

const MOUNT = 'mkdir -p "$1" && mount -t tmpfs -o "$2" none "$1" && shift 2 && exec "$@"';

/** Whether this machine lets a tmpfs be mounted for a server program: it does for root, unless that is in a container. */
export function canMountTmpfs(): boolean {
  const [program, ...args] = [...UNSHARE, "mount", "-t", "tmpfs", "none", "/mnt"] as const;
  return process.getuid?.() === 0 && spawnSync(program, args).status === 0;
}

/** Returns the options of a tmpfs of so many megabytes that is the servers' own. */
export function tmpfsOptions(megabytes: number): string {
  return `size=${megabytes}m,mode=700,uid=${NOBODY},gid=${NOBODY}`;
}

/** Returns a command line by which root has `command` run as nobody, with a tmpfs at `path`. */
export function withTmpfs(path: string, megabytes: number, command: readonly string[]): string[] {
  const asNobody = ["setpriv", `--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups"];
  return [...UNSHARE, "sh", "-c", MOUNT, "sh", path, tmpfsOptions(megabytes), ...asNobody, ...command];
}
