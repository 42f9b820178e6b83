import type { Listening, Stop } from "@cullet/core";
import type { SubscriberClient } from "./client.js";
import { toFailure, toUnreachable } from "./failure.js";
import type { Subscriber } from "./subscriber.js";

/** What comes over a subscription, besides messages of its channel. */
export interface SubscriptionListener extends Listening {
  heard(message: unknown): void;
}

/** What a subscription must know. */
export interface SubscriptionOptions extends Subscriber {
  readonly channel: string;
  /** Asks the server for what it is to send there, on each new connection. */
  prepare?(client: SubscriberClient): Promise<unknown>;
}

/** A server that refuses is asked again after this, in milliseconds. */
const RETRY_AFTER = 1_000;

/**
 * Listens to a channel over a connection of its own, which is made anew whenever it is lost. A server that is silent is
 * told from one that has nothing to say, and given up.
 */
export class Subscription {
  readonly #options: SubscriptionOptions;
  readonly #listener: SubscriptionListener;
  #client: SubscriberClient | undefined;
  #timer: NodeJS.Timeout | undefined;
  #lastError: Error | undefined;
  #isStopped = false;

  constructor(options: SubscriptionOptions, listener: SubscriptionListener) {
    this.#options = options;
    this.#listener = listener;
  }

  /** Begins to listen; returns what ends that. */
  start(): Stop {
    this.#open().catch((error: Error) => this.#miss(error));
    return () => {
      this.#isStopped = true;
      clearTimeout(this.#timer);
      // Its listener for errors stays: what has no listener is printed, or thrown.
      this.#client?.disconnect();
    };
  }

  async #open(): Promise<void> {
    const client = await this.#options.makeClient();
    if (this.#isStopped) return;
    this.#client = client;
    client.on("error", (error) => {
      this.#lastError = error;
    });
    client.on("ready", () => void this.#subscribe(client));
    client.on("close", () => this.#miss(this.#lastError ?? new Error("the connection was closed")));
    // Behind sentinels that have no answer, the driver does not try again by itself.
    client.on("end", () => this.#later(RETRY_AFTER, () => this.#connect(client)));
    client.on("messageBuffer", (_channel, message) => {
      if (!this.#isStopped) this.#listener.heard(message);
    });
    await this.#connect(client);
  }

  async #connect(client: SubscriberClient): Promise<void> {
    // What it says of its failure, its events say too.
    await client.connect().catch(() => {});
  }

  async #subscribe(client: SubscriberClient): Promise<void> {
    const { channel, prepare } = this.#options;
    clearTimeout(this.#timer);
    this.#lastError = undefined;
    try {
      await prepare?.(client);
      await client.subscribe(channel);
    } catch (error) {
      this.#miss(toFailure(error));
      // Where the connection was lost, its end or the next one leads on.
      if (client.status === "ready") this.#later(RETRY_AFTER, () => this.#subscribe(client));
      return;
    }
    if (this.#isStopped) return;
    this.#listener.listening();
    this.#askLater(client);
  }

  /** Asks again and again whether the server is there. The driver gives up a connection on which no answer comes. */
  #askLater(client: SubscriberClient): void {
    this.#later(this.#options.timeoutMs, async () => {
      await client.ping().catch(() => {});
      if (client.status === "ready") this.#askLater(client);
    });
  }

  #later(delayMs: number, task: () => Promise<void>): void {
    clearTimeout(this.#timer);
    if (!this.#isStopped) this.#timer = setTimeout(() => void task(), delayMs).unref();
  }

  #miss(reason: Error): void {
    clearTimeout(this.#timer);
    if (!this.#isStopped) this.#listener.deaf(toUnreachable(reason));
  }
}
