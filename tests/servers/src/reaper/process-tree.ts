import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

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

/** Whether nothing of a process runs: it was stopped, or has ended. A stop reaches one thread after the other. */
export function isStopped(pid: number): boolean {
  if (process.platform !== "linux") return !isRunning(pid) || stateOf(pid).startsWith("T");
  return threadsOf(pid).every((thread) =>
    /^(\d+ \(.*\) [TtZX]|$)/s.test(read(`/proc/${pid}/task/${thread}/stat`)),
  );
}

function stateOf(pid: number): string {
  return execFileSync("ps", ["-o", "state=", "-p", `${pid}`], { encoding: "utf8" }).trim();
}

function threadsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
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
