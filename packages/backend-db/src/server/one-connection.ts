import type { Connection, Pool } from "./pool.js";

/** The only connection of an application, as a pool: lent to one after another. */
export class OneConnection implements Pool {
  readonly #connection: Connection;
  readonly #waiting: (() => void)[] = [];
  #isLent = false;

  constructor(run: Connection["run"]) {
    this.#connection = { run, release: () => this.#release() };
  }

  tryAcquire(): Connection | undefined {
    if (this.#isLent) return undefined;
    this.#isLent = true;
    return this.#connection;
  }

  async acquire(): Promise<Connection> {
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
    return this.#connection;
  }

  describe(): string {
    return "the only connection is in use";
  }

  close(): void {}

  #release(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#isLent = false;
    else next();
  }
}
