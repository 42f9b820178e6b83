import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";

/** A process that is told what to do by messages, and answers each with one. */
export class OwnProcess {
  readonly name: string;
  readonly #child: ChildProcess;

  /** @param name what it is called where it ends too soon. */
  constructor(name: string, command: readonly string[]) {
    const [program, ...parameters] = command as [string, ...string[]];
    this.name = name;
    this.#child = spawn(program, parameters, { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  }

  /** Returns its next message. */
  async next(): Promise<unknown> {
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

  ask(message: object): Promise<unknown> {
    this.#child.send(message);
    return this.next();
  }

  async end(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    this.#child.disconnect();
    await once(this.#child, "exit");
  }
}
