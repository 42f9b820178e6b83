import { BackendError, type ChangeListener, ClosedError, type Stop } from "@cullet/core";
import type { NodeClient } from "./client.js";
import type { Link } from "./link.js";
import { RecentWrites } from "./recent-writes.js";
import { GuardedServer, type Keeper, type Reader, type Server } from "./server.js";
import type { Servers, Share } from "./servers.js";
import { type Subscriber, subscriberOf } from "./subscriber.js";
import { Subscription, type SubscriptionListener } from "./subscription.js";
import { trackChanges } from "./tracking.js";

/** How long a replica is taken to be behind at most, in milliseconds. */
const LAG_MS = 1_000;

/** One of several servers that keep the same. */
export interface Member {
  readonly name: string;
  readonly link: Link<NodeClient>;
}

/**
 * A primary that takes the writes, and replicas that take the reads in turn. What this process wrote lately it reads
 * from the primary, which also stands in for a replica that fails.
 */
export class ReplicatedServers implements Servers {
  readonly #links: readonly Link<NodeClient>[];
  readonly #primary: GuardedServer;
  readonly #standIn: GuardedServer;
  readonly #replicas: readonly GuardedServer[];
  readonly #recent: RecentWrites;
  readonly #reader: Reader;
  readonly #subscriber: Subscriber;
  #turn = 0;

  constructor(primary: Member, replicas: readonly Member[], timeoutMs: number) {
    // A replica and then the primary are asked within the time of one call.
    const half = (member: Member) => guarded(member, timeoutMs / 2);
    this.#links = [primary, ...replicas].map(({ link }) => link);
    this.#primary = guarded(primary, timeoutMs);
    this.#standIn = half(primary);
    this.#replicas = replicas.map(half);
    this.#recent = new RecentWrites(timeoutMs + LAG_MS);
    this.#subscriber = subscriberOf(primary.link, timeoutMs);
    this.#reader = {
      get: (key) => this.#anywhere((server) => server.get(key)),
      read: (operation, send) => this.#anywhere((server) => server.read(operation, send)),
    };
  }

  keeper(key: string): Keeper {
    this.#recent.add(key);
    return this.#primary;
  }

  reader(key: string): Reader {
    return this.#recent.has(key) ? this.#primary : this.#reader;
  }

  keepers(keys: readonly string[]): Share<Keeper>[] {
    for (const key of keys) this.#recent.add(key);
    return [{ server: this.#primary, keys: [...keys] }];
  }

  readers(keys: readonly string[]): Share<Reader>[] {
    const isRecent = keys.some((key) => this.#recent.has(key));
    return [{ server: isRecent ? this.#primary : this.#reader, keys: [...keys] }];
  }

  async all(): Promise<readonly Server[]> {
    return [this.#primary];
  }

  noteWriteOfAll(): void {
    this.#recent.addAll();
  }

  watch(prefix: string, listener: ChangeListener): Stop {
    return trackChanges({ ...this.#subscriber, prefix }, listener);
  }

  subscribe(channel: string, listener: SubscriptionListener): Stop {
    return new Subscription({ ...this.#subscriber, channel }, listener).start();
  }

  async connect(): Promise<void> {
    // A replica that is not there is no reason not to begin.
    await Promise.all([
      this.#primary.read("connect", (redis) => redis.ping()),
      ...this.#replicas.map((replica) => replica.read("connect", (redis) => redis.ping()).catch(() => {})),
    ]);
  }

  close(): void {
    for (const server of [this.#primary, this.#standIn, ...this.#replicas]) server.close();
    for (const link of this.#links) link.close();
  }

  async #anywhere<T>(ask: (server: Reader) => Promise<T>): Promise<T> {
    this.#turn = (this.#turn + 1) % this.#replicas.length;
    const replica = this.#replicas[this.#turn] as GuardedServer;
    try {
      return await ask(replica);
    } catch (error) {
      if (!(error instanceof BackendError) || error instanceof ClosedError) throw error;
      return ask(this.#standIn);
    }
  }
}

function guarded({ name, link }: Member, timeoutMs: number): GuardedServer {
  return new GuardedServer(link, () => link.streams, { name, timeoutMs });
}
