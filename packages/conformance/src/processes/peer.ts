import assert from "node:assert/strict";
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import type { Answer, Order, Tasks } from "./protocol.js";

type Waiting = (answer: Answer) => void;

/** Another process, which does the suite's tasks over the same store. */
export class Peer {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, Waiting>();
  #orders = 0;

  constructor() {
    this.#child = fork(new URL("./worker.js", import.meta.url), { execArgv: [], serialization: "advanced" });
    this.#child.on("message", (answer: Answer) => this.#settle(answer));
    this.#child.on("exit", (code, signal) => {
      for (const id of this.#waiting.keys())
        this.#settle({ id, error: `the process ended: ${signal ?? code}` });
    });
  }

  /** Has the process do `task`, and returns what came of it. */
  async do<T extends keyof Tasks>(
    task: T,
    ...parameters: Parameters<Tasks[T]>
  ): Promise<Awaited<ReturnType<Tasks[T]>>> {
    const order: Order = { id: ++this.#orders, task, parameters };
    const { result, error } = await new Promise<Answer>((resolve) => {
      this.#waiting.set(order.id, resolve);
      this.#child.send(order, (failure) => {
        if (failure) this.#settle({ id: order.id, error: failure.message });
      });
    });
    assert.equal(error, undefined, `in process ${this.#child.pid}: ${error}`);
    return result as Awaited<ReturnType<Tasks[T]>>;
  }

  /** Has the process close its cache, and returns the code with which it ends by itself. */
  async leave(): Promise<unknown> {
    const exit = once(this.#child, "exit");
    await this.do("leave");
    const [code] = await exit;
    return code;
  }

  /** Ends the process, if it has not ended. */
  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exit = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await exit;
  }

  #settle(answer: Answer): void {
    this.#waiting.get(answer.id)?.(answer);
    this.#waiting.delete(answer.id);
  }
}
