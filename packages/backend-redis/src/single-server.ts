import type { ChangeListener, Stop } from "@cullet/core";
import type { NodeClient } from "./client.js";
import type { Link } from "./link.js";
import { GuardedServer, type GuardedServerOptions, type Keeper, type Server } from "./server.js";
import type { Servers, Share } from "./servers.js";
import { type Subscriber, subscriberOf } from "./subscriber.js";
import { Subscription, type SubscriptionListener } from "./subscription.js";
import { trackChanges } from "./tracking.js";

/** One server that keeps everything; behind Sentinel, whichever is the master. */
export class SingleServer implements Servers {
  readonly #link: Link<NodeClient>;
  readonly #server: GuardedServer;
  readonly #subscriber: Subscriber;

  constructor(link: Link<NodeClient>, options: GuardedServerOptions) {
    this.#link = link;
    this.#subscriber = subscriberOf(link, options.timeoutMs);
    this.#server = new GuardedServer(link, () => link.streams, options);
  }

  keeper(): Keeper {
    return this.#server;
  }

  reader(): Keeper {
    return this.#server;
  }

  keepers(keys: readonly string[]): Share<Keeper>[] {
    return [{ server: this.#server, keys }];
  }

  readers(keys: readonly string[]): Share<Keeper>[] {
    return this.keepers(keys);
  }

  async all(): Promise<readonly Server[]> {
    return [this.#server];
  }

  noteWriteOfAll(): void {}

  watch(prefix: string, listener: ChangeListener): Stop {
    return trackChanges({ ...this.#subscriber, prefix }, listener);
  }

  subscribe(channel: string, listener: SubscriptionListener): Stop {
    return new Subscription({ ...this.#subscriber, channel }, listener).start();
  }

  async connect(): Promise<void> {
    await this.#server.read("connect", (redis) => redis.ping());
  }

  close(): void {
    this.#server.close();
    this.#link.close();
  }
}
