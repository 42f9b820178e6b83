import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const PROGRAM = fileURLToPath(new URL("programs/child.js", import.meta.url));
const directories: string[] = [];

/** Makes a directory that `removeDirectories` removes. */
export function newDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "cullet-db-"));
  directories.push(directory);
  return directory;
}

/** Removes what `newDirectory` made. */
export function removeDirectories(): void {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true });
}

/** Starts one of `programs/child.js` in a process of its own. */
export function start(location: string, ...args: string[]): ChildProcess {
  return spawn(process.execPath, [PROGRAM, location, ...args], { stdio: ["ignore", "pipe", "inherit"] });
}

/** Starts one, and waits until it says that it is ready. */
export async function startReady(location: string, ...args: string[]): Promise<ChildProcess> {
  const child = start(location, ...args);
  await once(child.stdout as NonNullable<ChildProcess["stdout"]>, "data");
  return child;
}

/** Waits for the end of a process, and returns its exit code. */
export async function endOf(child: ChildProcess): Promise<unknown> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const [code] = await once(child, "exit");
  return code;
}

/** Counts the turns of the event loop until `done` settles. */
export async function turnsUntil(done: Promise<unknown>): Promise<number> {
  let turns = 0;
  let isOver = false;
  const over = () => {
    isOver = true;
  };
  done.then(over, over);
  while (!isOver) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    turns += 1;
  }
  return turns;
}

/** Returns all that an iterable gives. */
export async function listOf<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}
