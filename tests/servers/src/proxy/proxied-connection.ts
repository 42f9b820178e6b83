import { connect, type Socket } from "node:net";
import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";
import type { Address } from "../given-server.js";
import type { Faults, ReplyFault } from "./faults.js";

/** Given to a client for reading what it got, since a reset that comes before that looks to it like an end. */
const READ_MS = 20;

/** What a connection asks of its proxy. */
export interface ConnectionContext {
  readonly target: Address;
  faults(): Faults;
  countRequest(bytes: number): void;
  countReply(bytes: number): void;
}

/** One client's connection, and the one to the target that belongs to it. */
export class ProxiedConnection {
  readonly #client: Socket;
  readonly #upstream: Socket;
  readonly #context: ConnectionContext;
  /** The faults under which the two fields below were counted. */
  #countedUnder: Faults | undefined;
  #sentReplyBytes = 0;
  #replaced = false;

  constructor(client: Socket, context: ConnectionContext) {
    this.#client = client.setNoDelay();
    this.#context = context;
    this.#upstream = connect({ ...context.target, allowHalfOpen: true, noDelay: true });
    // The other side learns of a broken connection in the same way.
    client.on("error", () => this.#upstream.destroy());
    this.#upstream.on("error", () => this.reset());
    client.on("close", () => this.#upstream.destroy());
    const { faults } = context;
    relay(
      client,
      this.#upstream,
      () => faults().requestDelayMs,
      (chunk) => this.#request(chunk),
    );
    relay(
      this.#upstream,
      client,
      () => faults().replyDelayMs,
      (chunk) => this.#reply(chunk),
    );
  }

  /** Cuts both connections, the client's by RST. */
  reset(): void {
    // Node would end the connection in order first, and the client see that instead of the reset.
    this.#client._final = (done) => done();
    if (!this.#client.destroyed) this.#client.resetAndDestroy();
    this.#upstream.destroy();
  }

  async #request(chunk: Buffer): Promise<void> {
    this.#context.countRequest(chunk.length);
    this.#replaced = false;
    if (!this.#context.faults().dropRequests) await this.#send(this.#upstream, chunk);
  }

  async #reply(chunk: Buffer): Promise<void> {
    this.#context.countReply(chunk.length);
    const faults = this.#context.faults();
    if (this.#countedUnder !== faults) {
      this.#countedUnder = faults;
      this.#sentReplyBytes = 0;
      this.#replaced = false;
    }
    await this.#replyUnder(faults.replies, chunk);
  }

  async #replyUnder(fault: ReplyFault, chunk: Buffer): Promise<void> {
    switch (fault.kind) {
      case "none":
        return this.#send(this.#client, chunk);
      case "drop":
        return;
      case "replace":
        if (this.#replaced) return;
        this.#replaced = true;
        return this.#send(this.#client, fault.bytes);
      case "cut": {
        const last = chunk.subarray(0, fault.after - this.#sentReplyBytes);
        this.#sentReplyBytes += last.length;
        await this.#send(this.#client, last);
        if (this.#sentReplyBytes < fault.after) return;
        if (last.length > 0) await sleep(READ_MS);
        if (fault.how === "reset") return this.reset();
        this.#client.end();
        this.#upstream.destroy();
      }
    }
  }

  async #send(to: Socket, bytes: Buffer): Promise<void> {
    if (!this.#context.faults().byteByByte) return write(to, bytes);
    for (const byte of bytes) {
      await write(to, Buffer.of(byte));
      await nextTurn();
    }
  }
}

/** Hands on in order what one socket receives, each chunk as late as `delayMs` said when it came. */
function relay(
  from: Socket,
  to: Socket,
  delayMs: () => number,
  hand: (chunk: Buffer) => Promise<void>,
): void {
  let last: Promise<unknown> = Promise.resolve();
  const later = (act: () => Promise<void> | void) => {
    const due = performance.now() + delayMs();
    last = last.then(async () => {
      const wait = due - performance.now();
      if (wait > 0) await sleep(wait);
      await act();
    });
  };
  from.on("data", (chunk: Buffer) => later(() => hand(chunk)));
  from.on("end", () => later(() => void to.end()));
}

/** Resolves when the bytes have left, or the socket is closed. */
function write(socket: Socket, bytes: Buffer): Promise<void> {
  return new Promise((resolve) => {
    if (!socket.writable || bytes.length === 0) resolve();
    else socket.write(bytes, () => resolve());
  });
}
