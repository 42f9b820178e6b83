import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { GRACE_MS, type Launch, type Place, type ServerProcess } from "../launch.js";
import { disown, type Owned, own } from "../reaper/client.js";
import { isRunning, isStopped, processTree, signalAll } from "../reaper/process-tree.js";
import { waitUntil } from "../wait.js";
import { searchPath } from "./find-program.js";
import { makeSharedDirectory, NOBODY, removeSharedDirectory } from "./shared-directory.js";
import { withTmpfs } from "./tmpfs.js";

// The server begins when the reaper knows of it, and not at all where this process dies before that.
const GATE = 'read -r go && exec "$@" </dev/null';

/** A server program of this machine, in a temporary directory of its own. */
export class LocalProcess implements ServerProcess {
  readonly place: Place;
  readonly #launch: Launch;
  #child: ChildProcess | undefined;
  #exited: Promise<unknown> = Promise.resolve();

  constructor(launch: Launch, port: number) {
    this.#launch = launch;
    const directory = makeSharedDirectory(launch.program.name);
    this.place = { port, shared: directory, data: directory, disk: join(directory, "disk") };
  }

  async start(): Promise<void> {
    const log = openSync(this.#logFile, "a");
    const [program = "", ...args] = this.#commandLine();
    const child = spawn(program, args, {
      cwd: this.place.shared,
      // Away from the terminal, whose Ctrl-C would reach it before the tests are done with it.
      detached: true,
      stdio: ["pipe", log, log],
      env: { ...process.env, PATH: searchPath(), LC_ALL: "C" },
      ...(process.getuid?.() === 0 && this.#launch.diskMb === undefined ? { uid: NOBODY, gid: NOBODY } : {}),
    });
    closeSync(log);
    this.#child = child;
    await once(child, "spawn");
    this.#exited = once(child, "exit");
    const owned = this.#owned(child);
    own(owned);
    child.once("exit", () => disown(owned));
    child.stdin?.end("go\n");
    child.unref();
  }

  async alive(): Promise<boolean> {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  async end(signal: NodeJS.Signals): Promise<void> {
    const tree = this.#tree();
    this.#child?.ref();
    if (signal !== "SIGKILL") {
      signalAll(tree, "SIGCONT");
      signalAll(tree.slice(0, 1), signal);
      await Promise.race([this.#exited, sleep(GRACE_MS, undefined, { ref: false })]);
    }
    signalAll(tree, "SIGKILL");
    await this.#exited;
    // The children of a killed database see its end a little later, and until then hold its files.
    await waitUntil("all its processes are gone", () => !tree.some(isRunning), { timeout: GRACE_MS });
  }

  async pause(): Promise<void> {
    // The parent first: it would start new children. Twice: for those it started meanwhile.
    signalAll(this.#tree(), "SIGSTOP");
    signalAll(this.#tree(), "SIGSTOP");
    await waitUntil("all its processes stand still", () => this.#tree().every(isStopped), {
      timeout: GRACE_MS,
    });
  }

  async resume(): Promise<void> {
    signalAll(this.#tree(), "SIGCONT");
  }

  logs(): Promise<string> {
    return readFile(this.#logFile, "utf8");
  }

  async remove(): Promise<void> {
    removeSharedDirectory(this.place.shared);
  }

  #commandLine(): string[] {
    const { diskMb } = this.#launch;
    const command = ["/bin/sh", "-c", GATE, "sh", ...this.#launch.command(this.place)];
    return diskMb === undefined ? command : withTmpfs(this.place.disk, diskMb, command);
  }

  get #logFile(): string {
    return join(this.place.shared, "server.log");
  }

  #tree(): number[] {
    return this.#child?.pid === undefined ? [] : processTree(this.#child.pid);
  }

  #owned({ pid = 0 }: ChildProcess): Owned {
    return { kind: "process", pid, stopSignal: this.#launch.program.stopSignal };
  }
}
