import assert from "node:assert/strict";
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import type { Answer, Order, TasksOf } from "./protocol.js";

type Waiting = (answer: Answer) => void;

/** Another process, which does the tasks of a program over the same store. */
export class Peer<Tasks extends TasksOf<Tasks> & { leave(): Promise<void> }> {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, Waiting>();
  #orders = 0;

  /** @param program calls `serve` with the tasks. */
  constructor(program: URL) {
    this.#child = fork(program, { execArgv: [], serialization: "advanced" });
    this.#child.on("message", (answer: Answer) => this.#settle(answer));
    this.#child.on("exit", (code, signal) => {
      for (const id of this.#waiting.keys())
        this.#settle({ id, error: `the process ended: ${signal ?? code}` });
    });
  }

  /** Whether the process has not ended. */
  get lives(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Has the process do `task`, and returns what came of it. */
  async do<T extends keyof Tasks & string>(
    task: T,
    ...parameters: Parameters<Tasks[T]>
  ): Promise<Awaited<ReturnType<Tasks[T]>>> {
    return (await this.#order(task, parameters)) as Awaited<ReturnType<Tasks[T]>>;
  }

  /** Has the process close its cache, and returns the code with which it ends by itself. */
  async leave(): Promise<unknown> {
    const exit = once(this.#child, "exit");
    await this.#order("leave");
    const [code] = await exit;
    return code;
  }

  /** Stops the process where it stands, as a debugger or a laptop that is shut does. */
  suspend(): void {
    this.#child.kill("SIGSTOP");
  }

  /** Lets the process go on. */
  resume(): void {
    this.#child.kill("SIGCONT");
  }

  /** Kills the process, if it has not ended, and waits for its end. */
  async end(): Promise<void> {
    if (!this.lives) return;
    const exit = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await exit;
  }

  async #order(task: string, parameters: readonly unknown[] = []): Promise<unknown> {
    const order: Order = { id: ++this.#orders, task, parameters };
    const { result, error } = await new Promise<Answer>((resolve) => {
      this.#waiting.set(order.id, resolve);
      this.#child.send(order, (failure) => {
        if (failure) this.#settle({ id: order.id, error: failure.message });
      });
    });
    assert.equal(error, undefined, `in process ${this.#child.pid}: ${error}`);
    return result;
  }

  #settle(answer: Answer): void {
    this.#waiting.get(answer.id)?.(answer);
    this.#waiting.delete(answer.id);
  }
}
