import { fileURLToPath } from "node:url";
import { type Measured, measureTimed, type Timed } from "../measure.js";
import type { Contenders, Round } from "./contender.js";
import { OwnProcess } from "./own-process.js";
import type { Processors } from "./processors.js";

const CHILD = fileURLToPath(new URL("./child.js", import.meta.url));

/** Runs one contender in a process of its own: as in an application, it shares neither heap nor compiled code with another. */
class ContenderProcess {
  readonly #process: OwnProcess;
  /** The titles of its operations. */
  readonly operations: readonly string[];

  private constructor(process: OwnProcess, operations: readonly string[]) {
    this.#process = process;
    this.operations = operations;
  }

  /** Starts one, and waits until it can be told what to do. */
  static async start(name: string, command: readonly string[]): Promise<ContenderProcess> {
    const process = new OwnProcess(name, command);
    return new ContenderProcess(process, (await process.next()) as string[]);
  }

  get name(): string {
    return this.#process.name;
  }

  /** Returns how to time one of its operations. */
  timed(operation: string): Timed {
    return async (times) => {
      const round: Round = { operation, times };
      return (await this.#process.ask(round)) as number;
    };
  }

  end(): Promise<void> {
    return this.#process.end();
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
      processes.push(await ContenderProcess.start(name, processors.forClient(command)));
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
