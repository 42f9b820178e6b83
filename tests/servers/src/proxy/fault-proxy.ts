import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import type { Address } from "../given-server.js";
import { HOST } from "../launch.js";
import { type Cut, type Faults, NO_FAULTS } from "./faults.js";
import { ProxiedConnection } from "./proxied-connection.js";

export interface FaultProxyOptions {
  /** Where connections lead; any server of this package will do. */
  target: Address;
}

/** How much went through a proxy since its start. */
export interface ProxyCounters {
  /** Connections that were accepted. */
  connections: number;
  /** Those of them that are open now. */
  open: number;
  /** Bytes that came from clients, handed on or not. */
  requestBytes: number;
  /** Bytes that came from the target, handed on or not. */
  replyBytes: number;
}

/** Starts a proxy on a free port, which hands everything on until told otherwise. */
export async function startFaultProxy({ target }: FaultProxyOptions): Promise<FaultProxy> {
  const proxy = new FaultProxy(target);
  await proxy.accept();
  return proxy;
}

/**
 * A TCP proxy that breaks what goes through it. Each fault holds for open and new connections alike, from its call
 * until `passThrough`, and adds to those before it, but of those that change replies the last one holds.
 */
export class FaultProxy implements AsyncDisposable {
  readonly host = HOST;
  readonly #target: Address;
  readonly #listener: Server;
  readonly #connections = new Set<ProxiedConnection>();
  readonly #counters = { connections: 0, requestBytes: 0, replyBytes: 0 };
  #faults: Faults = NO_FAULTS;
  #port = 0;

  constructor(target: Address) {
    this.#target = { host: target.host, port: target.port };
    this.#listener = createServer({ allowHalfOpen: true }, (client) => this.#connected(client));
  }

  get port(): number {
    return this.#port;
  }

  get counters(): ProxyCounters {
    return { ...this.#counters, open: this.#connections.size };
  }

  /** Ends every fault, and takes connections again where they were refused. */
  async passThrough(): Promise<void> {
    this.#faults = NO_FAULTS;
    await this.accept();
  }

  /** Makes every chunk late by so many milliseconds. */
  delay({ requests = 0, replies = 0 }: { requests?: number; replies?: number }): void {
    this.#add({ requestDelayMs: requests, replyDelayMs: replies });
  }

  /** Sends each byte by itself, in both directions. */
  oneByteAtATime(): void {
    this.#add({ byteByByte: true });
  }

  /** Swallows replies: the target gets and executes every request. */
  dropReplies(): void {
    this.#add({ replies: { kind: "drop" } });
  }

  /** Swallows everything: connections open, and that is all. */
  blackhole(): void {
    this.#add({ replies: { kind: "drop" }, dropRequests: true });
  }

  /** Resets each connection (RST) after so many bytes of replies, counted from now. With 0, before the first. */
  resetAfter(replyBytes: number): void {
    this.#cutAfter(replyBytes, "reset");
  }

  /** Ends each connection (FIN) after so many bytes of replies, counted from now. With 0, before the first. */
  endAfter(replyBytes: number): void {
    this.#cutAfter(replyBytes, "end");
  }

  /** Sends these bytes instead of each reply. */
  garbage(bytes: Uint8Array | string): void {
    this.#add({ replies: { kind: "replace", bytes: Buffer.from(bytes as string) } });
  }

  /** Resets every open connection now. New ones are taken. */
  cut(): void {
    for (const connection of this.#connections) connection.reset();
  }

  /** Refuses new connections; open ones stay. */
  async refuse(): Promise<void> {
    this.#listener.close();
  }

  /** Takes connections, on the same port as before where there was one. */
  async accept(): Promise<void> {
    if (this.#listener.listening) return;
    this.#listener.listen(this.#port, HOST);
    await once(this.#listener, "listening");
    const address = this.#listener.address();
    if (address && typeof address === "object") this.#port = address.port;
  }

  /** Ends the proxy and all its connections. */
  async close(): Promise<void> {
    this.#listener.close();
    this.cut();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #cutAfter(after: number, how: Cut): void {
    this.#add({ replies: { kind: "cut", after, how } });
  }

  #add(faults: Partial<Faults>): void {
    this.#faults = { ...this.#faults, ...faults };
  }

  #connected(client: Socket): void {
    this.#counters.connections++;
    const connection = new ProxiedConnection(client, {
      target: this.#target,
      faults: () => this.#faults,
      countRequest: (bytes) => {
        this.#counters.requestBytes += bytes;
      },
      countReply: (bytes) => {
        this.#counters.replyBytes += bytes;
      },
    });
    this.#connections.add(connection);
    client.on("close", () => this.#connections.delete(connection));
  }
}
