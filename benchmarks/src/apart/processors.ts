import { spawnSync } from "node:child_process";
import { cpus } from "node:os";

/**
 * Has a server and what asks it run on a processor each, where the system can be told (Linux) and the machine has two. Left to
 * the system, they are now on one and now on two, which changes the time of a call threefold.
 */
export class Processors implements Disposable {
  readonly #areTwo: boolean;

  /** From now on until it is disposed of, this process and what it starts run on the servers' processor. */
  constructor() {
    this.#areTwo = cpus().length > 1 && keepSelfOn("0");
  }

  /** Returns the command line that runs `command` on the clients' processor. */
  forClient(command: readonly string[]): readonly string[] {
    return this.#areTwo ? ["taskset", "-c", "1", ...command] : command;
  }

  [Symbol.dispose](): void {
    if (this.#areTwo) keepSelfOn(`0-${cpus().length - 1}`);
  }
}

function keepSelfOn(processors: string): boolean {
  return spawnSync("taskset", ["-a", "-c", "-p", processors, String(process.pid)]).status === 0;
}
