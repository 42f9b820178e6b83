import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { nameOf } from "../src/names.js";

const CHILD = fileURLToPath(new URL("programs/child.js", import.meta.url));

const made: string[] = [];

/** Returns a new directory, which `removeDirectories` removes. */
export function newDirectory(): string {
  const path = mkdtempSync(join(tmpdir(), "cullet-file-"));
  made.push(path);
  return path;
}

export function removeDirectories(): void {
  for (const path of made.splice(0)) rmSync(path, { recursive: true, force: true });
}

/** Returns the path of the file of `key`'s entry. */
export function pathOf(location: string, key: string): string {
  return join(location, `${nameOf(key)}.cullet`);
}

/** Returns the files that a crash may leave. */
export function leftoversIn(location: string): string[] {
  return readdirSync(location).filter((name) => name.endsWith(".tmp") || name.endsWith(".lock"));
}

export function bytes(length: number, byte = 7): Uint8Array {
  return new Uint8Array(length).fill(byte);
}

/** Starts one of the programs in `programs/child.js`. */
export function start(location: string, what: string, ...args: (string | number)[]): ChildProcess {
  return spawn(process.execPath, [CHILD, location, what, ...args.map(String)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
}

/** Waits until a program has said that it is ready. */
export async function ready(child: ChildProcess): Promise<void> {
  if (child.stdout) await once(child.stdout, "data");
}

/** Runs one of the programs to its end, and returns what it says. */
export function run(location: string, what: string, ...args: (string | number)[]): Promise<unknown> {
  return finish(start(location, what, ...args));
}

/** Like `run`, after `setup` in a shell. */
export function runInShell(
  setup: string,
  location: string,
  what: string,
  ...args: (string | number)[]
): Promise<unknown> {
  return runThrough(["bash", "-c", `${setup}; exec "$0" "$@"`], location, what, ...args);
}

/** Like `run`, through another command. */
export function runThrough(
  through: readonly string[],
  location: string,
  what: string,
  ...args: (string | number)[]
): Promise<unknown> {
  const [command, ...rest] = [...through, process.execPath, CHILD, location, what, ...args.map(String)];
  return finish(spawn(command as string, rest, { stdio: ["ignore", "pipe", "inherit"] }));
}

async function finish(child: ChildProcess): Promise<unknown> {
  let output = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  const [code, signal] = await once(child, "close");
  if (code !== 0) throw new Error(`the program ended with ${code ?? signal}`);
  return JSON.parse(output);
}
