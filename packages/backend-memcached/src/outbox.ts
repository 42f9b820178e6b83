import type { Writable } from "node:stream";

/** How many requests leave together: the server begins with them while the next are made. */
const MOST_TOGETHER = 16;

/** What is longer than this is not copied to leave together with others. */
const LONG = 16 * 1_024;

/** Sends the requests of one tick together, since a system call costs more than a request; a lone one at the tick's end. */
export class Outbox {
  readonly #socket: Writable;
  #requests: Buffer[] = [];

  constructor(socket: Writable) {
    this.#socket = socket;
  }

  send(request: Buffer): void {
    if (request.length > LONG) {
      this.#flush();
      this.#socket.write(request);
      return;
    }
    this.#requests.push(request);
    // After the promises that are settled in this tick too, whose callers may go on with another call.
    if (this.#requests.length === 1) process.nextTick(() => this.#flush());
    else if (this.#requests.length === MOST_TOGETHER) this.#flush();
  }

  #flush(): void {
    const requests = this.#requests;
    const [first] = requests;
    if (first === undefined) return;
    this.#requests = [];
    this.#socket.write(requests.length === 1 ? first : Buffer.concat(requests));
  }
}
