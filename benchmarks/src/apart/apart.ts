import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { type Measured, measureTimed, type Timed } from "../measure.js";
import type { Contenders, Round } from "./contender.js";
import type { Processors } from "./processors.js";

const CHILD = fileURLToPath(new URL("./child.js", import.meta.url));

/** Runs one contender in a process of its own: as in an application, it shares neither heap nor compiled code with another. */
class ContenderProcess {
  readonly name: string;
  readonly #child: ChildProcess;
  #operations: readonly string[] = [];

  constructor(name: string, command: readonly string[]) {
    const [program, ...parameters] = command as [string, ...string[]];
    this.name = name;
    this.#child = spawn(program, parameters, { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  }

  /** Waits until it can be told what to do. */
  async ready(): Promise<void> {
    this.#operations = (await this.#answer()) as string[];
  }

  /** The titles of its operations. */
  get operations(): readonly string[] {
    return this.#operations;
  }

  /** Returns how to time one of its operations. */
  timed(operation: string): Timed {
    return async (times) => {
      const round: Round = { operation, times };
      this.#child.send(round);
      return (await this.#answer()) as number;
    };
  }

  async end(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    this.#child.disconnect();
    await once(this.#child, "exit");
  }

  async #answer(): Promise<unknown> {
    const ended = new AbortController();
    try {
      const died = once(this.#child, "exit", { signal: ended.signal }).then(([code]) => {
        throw new Error(`${this.name} ended with code ${code}`);
      });
      const [answer] = await Promise.race([once(this.#child, "message", { signal: ended.signal }), died]);
      return answer;
    } finally {
      ended.abort();
    }
  }
}

/** Those that are compared, each in a process of its own. */
export class Apart implements AsyncDisposable {
  readonly #processes: readonly ContenderProcess[];

  private constructor(processes: readonly ContenderProcess[]) {
    this.#processes = processes;
  }

  /** Starts the contenders of `module`, which exports them as `contenders`, to ask the server at `address`. */
  static async start(module: URL, address: string, processors: Processors): Promise<Apart> {
    const { contenders } = (await import(module.href)) as { contenders: Contenders };
    const processes: ContenderProcess[] = [];
    const apart = new Apart(processes);
    for (const name of Object.keys(contenders)) {
      const command = [process.execPath, CHILD, module.href, name, address];
      const contender = new ContenderProcess(name, processors.forClient(command));
      processes.push(contender);
      await contender.ready();
    }
    return apart;
  }

  /** The titles of what the first of them can do, beside which the others are measured. */
  get operations(): readonly string[] {
    return this.#processes[0]?.operations ?? [];
  }

  /** Measures the operation of those that have it, which take turns. */
  measure(operation: string): Promise<Measured[]> {
    const able = this.#processes.filter((contender) => contender.operations.includes(operation));
    return measureTimed(
      Object.fromEntries(able.map((contender) => [contender.name, contender.timed(operation)])),
    );
  }

  /** Measures several operations of one of them, in turn. */
  measureOf(name: string, operations: readonly string[]): Promise<Measured[]> {
    const contender = this.#processes.find((one) => one.name === name);
    if (contender === undefined) throw new Error(`there is no contender ${name}`);
    return measureTimed(
      Object.fromEntries(operations.map((operation) => [operation, contender.timed(operation)])),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#processes.map((contender) => contender.end()));
  }
}
