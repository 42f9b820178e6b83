import { type ClusterClient, isCluster, type NodeClient, type Stream, streamsOf } from "./client.js";
import type { Commands } from "./commands.js";
import { saysNoConnection, toFailure, toUnreachable } from "./failure.js";

/** What to ask, once there is a connection. */
export type Send<T> = (redis: Commands) => Promise<T>;

/** What a link must know of its client. */
export interface LinkOptions<C> {
  /** Makes the client, without connecting it. Called once, when it is first needed. */
  makeClient(): C | Promise<C>;
  /** Returns what asks through a client. */
  commandsOf(client: C): Commands;
  /** Whether the client is the link's own, to be closed with it. */
  readonly owned: boolean;
  /** The longest that a command waits for a connection, in milliseconds. */
  readonly openTimeoutMs: number;
}

/** A client, and the way to it: connects when there is something to ask, and waits a little for a lost connection. */
export class Link<C extends NodeClient | ClusterClient = NodeClient | ClusterClient> {
  readonly #options: LinkOptions<C>;
  #client: C | undefined;
  #commands: Commands | undefined;
  #making: Promise<readonly [C, Commands]> | undefined;
  #opening: Promise<readonly [C, Commands]> | undefined;
  #lastError: Error | undefined;
  #closed = false;

  constructor(options: LinkOptions<C>) {
    this.#options = options;
  }

  /** The client, where it is connected. */
  get connected(): C | undefined {
    const client = this.#client;
    return client !== undefined && isConnected(client) ? client : undefined;
  }

  /** The sockets that lead to the servers now. */
  get streams(): readonly Stream[] {
    const client = this.connected;
    return client === undefined ? [] : streamsOf(client);
  }

  /** Returns the client, be it connected or not. */
  async client(): Promise<C> {
    const [client] = await this.#made();
    return client;
  }

  /** Asks over the connection, which is made first where there is none. Errors are a `RedisFailure`. */
  send<T>(send: Send<T>): Promise<T> {
    const commands = this.connected && this.#commands;
    const sent = commands === undefined ? this.open().then(([, opened]) => send(opened)) : send(commands);
    return sent.catch(rethrow);
  }

  /** Returns the client when it is connected, and what asks through it; or says why it cannot be. */
  open(): Promise<readonly [C, Commands]> {
    this.#opening ??= this.#open().finally(() => {
      this.#opening = undefined;
    });
    return this.#opening;
  }

  /** Gives up sockets of a client of the link's own, which connects anew. */
  giveUp(streams: readonly Stream[], reason: string): void {
    if (!this.#options.owned) return;
    for (const stream of streams) stream.destroy(new Error(reason));
  }

  /** Disconnects a client of the link's own, without waiting for anything. */
  close(): void {
    this.#closed = true;
    if (this.#client !== undefined) this.#release(this.#client);
  }

  async #open(): Promise<readonly [C, Commands]> {
    try {
      const made = await this.#made();
      const [client] = made;
      if (!isConnected(client)) await this.#untilConnected(client);
      return made;
    } catch (error) {
      throw toUnreachable(error);
    }
  }

  #made(): Promise<readonly [C, Commands]> {
    this.#making ??= this.#make();
    return this.#making;
  }

  async #make(): Promise<readonly [C, Commands]> {
    const client = await this.#options.makeClient();
    client.on("error", this.#noteError);
    client.on("node error", this.#noteError);
    client.on("ready", this.#forgetError);
    const commands = this.#options.commandsOf(client);
    this.#client = client;
    this.#commands = commands;
    if (this.#closed) this.#release(client);
    return [client, commands];
  }

  #untilConnected(client: C): Promise<void> {
    const { owned, openTimeoutMs } = this.#options;
    return new Promise((resolve, reject) => {
      // The end of a connection that was lost is no news; that of the next one is.
      let isOldEnd = client.status === "ready" || client.status === "close";
      const settle = (error?: Error) => {
        clearTimeout(timer);
        client.off("ready", onReady);
        client.off("close", onEnd);
        client.off("end", onEnd);
        if (error === undefined) resolve();
        else reject(error);
      };
      const onReady = () => {
        if (isConnected(client)) settle();
      };
      const onEnd = () => {
        if (!isOldEnd) settle(this.#lastError ?? new Error("the connection was closed"));
        isOldEnd = false;
      };
      const timer = setTimeout(() => {
        settle(this.#lastError ?? new Error(`it took no connection within ${openTimeoutMs} ms`));
      }, openTimeoutMs);
      client.on("ready", onReady);
      client.on("close", onEnd);
      client.on("end", onEnd);
      if (this.#closed || (client.status === "end" && !owned)) settle(new Error("the connection was closed"));
      else if (client.status === "wait" || client.status === "end") client.connect().catch(ignore);
    });
  }

  #release(client: C): void {
    if (this.#options.owned) {
      // Its listener for errors stays: what has no listener is printed, or thrown.
      client.disconnect();
      return;
    }
    client.off("error", this.#noteError);
    client.off("node error", this.#noteError);
    client.off("ready", this.#forgetError);
  }

  readonly #noteError = (error: Error): void => {
    // What follows a broken handshake says nothing of what broke it.
    if (this.#lastError === undefined || !saysNoConnection(error)) this.#lastError = toUnreachable(error);
    // The driver would go on with database 0, where other data is.
    if (isRefusedSelect(error)) this.#client?.disconnect(true);
  };

  readonly #forgetError = (): void => {
    if (this.connected !== undefined) this.#lastError = undefined;
  };
}

// ioredis 5 says "ready" also of a connection that is being given up.
function isConnected(client: NodeClient | ClusterClient): boolean {
  return client.status === "ready" && (isCluster(client) || client.stream?.writable === true);
}

function isRefusedSelect(error: Error): boolean {
  const { command } = error as { command?: { name?: unknown } };
  return command?.name === "select";
}

function rethrow(error: unknown): never {
  throw toFailure(error);
}

function ignore(): void {}
