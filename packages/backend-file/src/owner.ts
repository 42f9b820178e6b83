import { hash } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import { isErrno } from "./errno.js";

/** Bytes of a mark: 8 of the host, 4 of the process id, 4 of when it began. */
export const MARK_BYTES = 16;

const HOST_BYTES = 8;
const PID_AT = 8;
const STARTED_AT = 12;

let mark: Buffer | undefined;

/** Returns what this process signs its locks and temporary files with, so that others can tell when it is gone. */
export function ownMark(): Buffer {
  if (mark === undefined) {
    mark = Buffer.alloc(MARK_BYTES);
    mark.write(hash("sha256", hostIdentity(), "hex"), 0, HOST_BYTES, "hex");
    mark.writeUInt32LE(process.pid, PID_AT);
    mark.writeUInt32LE(startOf(process.pid) ?? 0, STARTED_AT);
  }
  return mark;
}

/** Whether the process that signed with `mark` is known to be gone: never so for one of another host. */
export function isGone(mark: Buffer): boolean {
  if (mark.compare(ownMark(), 0, HOST_BYTES, 0, HOST_BYTES) !== 0) return false;
  const pid = pidOf(mark);
  try {
    process.kill(pid, 0);
  } catch (error) {
    return isErrno(error, "ESRCH");
  }
  // A process id is given out again; when its process began tells the two apart.
  const started = startOf(pid);
  return started !== undefined && started !== mark.readUInt32LE(STARTED_AT);
}

/** Returns the id of the process that signed with `mark`. */
export function pidOf(mark: Buffer): number {
  return mark.readUInt32LE(PID_AT);
}

// Process ids mean something only until the next boot, and within one container.
function hostIdentity(): string {
  return [
    hostname(),
    attempt(() => readFileSync("/proc/sys/kernel/random/boot_id", "latin1")),
    attempt(() => readlinkSync("/proc/self/ns/pid")),
  ].join("\n");
}

/** Returns when a process began, in the kernel's ticks; 0 where it has died, `undefined` where that is not told. */
function startOf(pid: number): number | undefined {
  const stat = attempt(() => readFileSync(`/proc/${pid}/stat`, "latin1"));
  if (stat === undefined) return undefined;
  // The second field is the program's name, in brackets, and may itself hold spaces and brackets.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const state = fields[0];
  return state === "Z" || state === "X" ? 0 : Number(fields[19]) % 2 ** 32;
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
