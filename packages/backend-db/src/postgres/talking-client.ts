import { BackendError, Deadlines } from "@cullet/core";
import type { ConnectedClient } from "./connect-postgres.js";

/** A connection that is asked one thing after another. One on which no answer comes is given up. */
export class TalkingClient {
  readonly #connected: ConnectedClient;
  readonly #timeoutMs: number;
  readonly #deadlines: Deadlines;
  /** Settled when there is an answer to all that was asked. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(connected: ConnectedClient, timeoutMs: number) {
    this.#connected = connected;
    this.#timeoutMs = timeoutMs;
    this.#deadlines = new Deadlines(timeoutMs);
  }

  /** Calls `ask` when there is an answer to all that was asked before. */
  whenFree(ask: () => Promise<void>): Promise<void> {
    const answer = this.#turn.then(ask);
    this.#turn = answer.catch(() => {});
    return answer;
  }

  /** Asks now. */
  ask(text: string, values?: unknown[]): Promise<void> {
    const { client } = this.#connected;
    return new Promise((resolve, reject) => {
      const wait = this.#deadlines.add(() => {
        this.destroy();
        reject(new BackendError(`the server did not answer within ${this.#timeoutMs} ms`));
      });
      client.query(text, values).then(
        () => wait.settle() && resolve(),
        (error: Error) => wait.settle() && reject(error),
      );
    });
  }

  /** Ends it in good order, as far as the server takes part. */
  close(): void {
    this.#connected.client.end().catch(() => {});
    // A server that hangs never answers to the goodbye.
    setTimeout(() => this.destroy(), this.#timeoutMs).unref();
    this.#deadlines.expireAll();
  }

  /** Ends it at once. */
  destroy(): void {
    this.#connected.destroy();
  }
}
