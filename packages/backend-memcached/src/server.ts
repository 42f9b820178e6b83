import { ClosedError, ServerGuard } from "@cullet/core";
import { type Access, dial } from "./dial.js";
import { failureOf } from "./failure.js";
import { nameOf, ringNameOf } from "./location.js";
import { MissedWrites } from "./missed-writes.js";
import type { Transport } from "./transport.js";

/** What to ask of a server, once there is a connection. */
export type Ask<T> = (transport: Transport) => Promise<T>;

/** One memcached server: connects when there is something to ask, and connects anew after a connection was lost. */
export class Server {
  /** What the ring calls it. */
  readonly ringName: string;
  /** What others did without it while it was not there. */
  readonly missed = new MissedWrites();
  /** Whether it was not there when it was last asked. */
  isAway = false;
  readonly #access: Access;
  readonly #guard: ServerGuard;
  #transport: Transport | undefined;
  #opening: Promise<Transport> | undefined;
  #isClosed = false;

  constructor(access: Access) {
    this.#access = access;
    this.ringName = ringNameOf(access.address);
    this.#guard = new ServerGuard({
      server: `memcached://${nameOf(access.address)}`,
      timeoutMs: access.timeoutMs,
      probe: () => this.#probe(),
      failureOf,
    });
  }

  /** Asks for what changes nothing. `operation` is its name for messages. */
  read<T>(operation: string, ask: Ask<T>): Promise<T> {
    return this.#guard.read(operation, () => this.#send(ask));
  }

  /** Asks for what may change something. */
  write<T>(operation: string, ask: Ask<T>): Promise<T> {
    return this.#guard.write(operation, () => this.#send(ask));
  }

  close(): void {
    this.#isClosed = true;
    this.#guard.close();
    this.#transport?.close();
  }

  async #probe(): Promise<void> {
    await this.#send((transport) => transport.noop());
    this.isAway = false;
  }

  #send<T>(ask: Ask<T>): Promise<T> {
    const transport = this.#transport;
    if (transport?.isOpen) return this.#sendOver(transport, ask);
    return this.#open().then((opened) => this.#sendOver(opened, ask));
  }

  #sendOver<T>(transport: Transport, ask: Ask<T>): Promise<T> {
    // Also where the connection outlived the outage, and before anybody can read what is no longer true.
    this.missed.makeUpFor(transport);
    return ask(transport);
  }

  #open(): Promise<Transport> {
    this.#opening ??= this.#connect().finally(() => {
      this.#opening = undefined;
    });
    return this.#opening;
  }

  async #connect(): Promise<Transport> {
    const transport = await dial(this.#access);
    if (this.#isClosed) {
      transport.close();
      throw new ClosedError(`the connection to memcached://${nameOf(this.#access.address)} is closed`);
    }
    this.#transport = transport;
    return transport;
  }
}
