import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const PROGRAM = fileURLToPath(new URL("programs/process.js", import.meta.url));

interface Reply {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: string;
}

/** A process of its own, with a cache of two tiers. */
export class OtherProcess {
  readonly child: ChildProcess;
  #calls = 0;

  private constructor(child: ChildProcess) {
    this.child = child;
    // One listener for each call that is under way.
    child.setMaxListeners(0);
  }

  /** Starts one, and waits until it is ready. */
  static async start(kind: string, ...locations: string[]): Promise<OtherProcess> {
    const child = fork(PROGRAM, [kind, ...locations]);
    const other = new OtherProcess(child);
    await other.#reply(0);
    return other;
  }

  /** Calls a method of its cache. */
  async call(name: string, ...args: unknown[]): Promise<unknown> {
    this.#calls += 1;
    const reply = this.#reply(this.#calls);
    this.child.send({ id: this.#calls, call: name, args });
    const { result, error } = await reply;
    if (error !== undefined) throw new Error(error);
    return result;
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exited = once(this.child, "exit");
    this.child.disconnect();
    await exited;
  }

  #reply(id: number): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const onExit = () => reject(new Error("the process ended"));
      const onMessage = (message: unknown) => {
        const reply = message as Reply;
        if (reply.id !== id) return;
        this.child.off("message", onMessage);
        this.child.off("exit", onExit);
        resolve(reply);
      };
      this.child.on("message", onMessage);
      this.child.on("exit", onExit);
    });
  }
}
