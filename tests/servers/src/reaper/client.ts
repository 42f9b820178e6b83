import { type ChildProcess, spawn } from "node:child_process";
import type { Socket } from "node:net";
import { fileURLToPath } from "node:url";

/** Something that must not outlive this process. */
export type Owned =
  | { kind: "process"; pid: number; stopSignal: NodeJS.Signals }
  | { kind: "container"; name: string; socket: string }
  | { kind: "directory"; path: string };

let reaper: ChildProcess | undefined;

/** Has something removed as soon as this process ends, however it ends. */
export function own(owned: Owned): void {
  tell("+", owned);
}

/** Takes that back: it is gone already. */
export function disown(owned: Owned): void {
  tell("-", owned);
}

function tell(sign: "+" | "-", owned: Owned): void {
  reaper ??= startReaper();
  reaper.stdin?.write(`${sign}${JSON.stringify(owned)}\n`);
}

function startReaper(): ChildProcess {
  // Compiled also where this file itself is run from its source.
  const script = fileURLToPath(new URL("../../dist/reaper/reaper.js", import.meta.url));
  const { NODE_OPTIONS: _, ...env } = process.env;
  const child = spawn(process.execPath, [script], {
    cwd: "/",
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
    env,
  });
  // Neither keeps this process from ending by itself.
  child.unref();
  (child.stdin as Socket).unref();
  return child;
}
