import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** Lists a process and all that descend from it, parents before their children. */
export function processTree(pid: number): number[] {
  return [pid, ...childrenOf(pid).flatMap(processTree)];
}

/** Sends a signal to those of the processes that are still there. */
export function signalAll(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch {
      // It has ended.
    }
  }
}

/** Whether a process is still there. One that ended and was not waited for by its parent is not. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  return process.platform !== "linux" || !/^\d+ \(.*\) [ZX]/s.test(read(`/proc/${pid}/stat`));
}

function childrenOf(pid: number): number[] {
  if (process.platform === "linux") return numbers(read(`/proc/${pid}/task/${pid}/children`));
  const table = execFileSync("ps", ["-A", "-o", "ppid=,pid="], { encoding: "utf8" });
  return table
    .split("\n")
    .map(numbers)
    .flatMap(([parent, child]) => (parent === pid && child !== undefined ? [child] : []));
}

function numbers(text: string): number[] {
  return text.split(/\s+/).filter(Boolean).map(Number);
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
