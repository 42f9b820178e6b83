import { ServerGuard } from "@cullet/core";
import type { ClusterClient, NodeClient, Stream } from "./client.js";
import type { Commands } from "./commands.js";
import type { Entry } from "./entry.js";
import { failureOf, toFailure } from "./failure.js";
import type { Link, Send } from "./link.js";
import { type Increment, type Incremented, toSum } from "./scripts.js";
import { Tick } from "./tick.js";
import { Together } from "./together.js";

/** Where commands can be sent that belong to one server. */
export interface Server {
  /** Sends what changes nothing. `operation` is its name for messages. */
  read<T>(operation: string, send: Send<T>): Promise<T>;
  /** Sends what may change something. */
  write<T>(operation: string, send: Send<T>): Promise<T>;
}

/** A server that keeps keys. What is asked for one by one in a tick goes in one command. */
export interface Keeper extends Server {
  get(key: string): Promise<Buffer | undefined>;
  set(entry: Entry): Promise<void>;
  /** Returns the sum. */
  incr(increment: Increment): Promise<number>;
  /** Returns whether there was an entry. */
  delete(key: string): Promise<boolean>;
}

/** A server that has a copy of keys at least. */
export type Reader = Pick<Keeper, "read" | "get">;

/** What a guarded server must know of itself. */
export interface GuardedServerOptions {
  /** What messages call it, without a password. */
  readonly name: string;
  /** The longest that a command waits for its answer, in milliseconds. */
  readonly timeoutMs: number;
  /** Asks whether it is there. */
  readonly probe?: Send<unknown>;
}

/** How to send one of what is asked for one by one, and several in one go; and what is told of what comes of each. */
interface Sending<I, R, T> {
  one(redis: Commands, item: I): Promise<R>;
  each(redis: Commands, items: readonly I[]): Promise<readonly (R | Error)[]>;
  told(result: R, item: I): T;
}

/** A server, with core's guard between it and those who ask it. */
export class GuardedServer implements Keeper {
  readonly #link: Link<NodeClient | ClusterClient>;
  readonly #streams: () => readonly Stream[];
  readonly #guard: ServerGuard;
  readonly #tick: Tick;
  readonly #gets: Together<string, Buffer | undefined>;
  readonly #sets: Together<Entry, undefined>;
  readonly #incrs: Together<Increment, Incremented, number>;
  readonly #deletes: Together<string, boolean>;
  /** What was asked last of a server that is taken to be down, until it is answered. */
  #probe: Promise<unknown> | undefined;

  /** @param streams the sockets that lead to it now. */
  constructor(
    link: Link<NodeClient | ClusterClient>,
    streams: () => readonly Stream[],
    options: GuardedServerOptions,
  ) {
    const { name, timeoutMs, probe = (redis) => redis.ping() } = options;
    this.#link = link;
    this.#streams = streams;
    this.#guard = new ServerGuard({
      server: name,
      timeoutMs,
      failureOf,
      probe: () => this.#askWhetherThere(probe),
    });
    this.#tick = new Tick(streams);
    this.#gets = this.#together("read", "get", {
      one: (redis, key) => redis.get(key),
      each: (redis, keys) => redis.getEach(keys),
      told: itself,
    });
    this.#sets = this.#together("write", "set", {
      one: (redis, entry) => redis.set(entry),
      each: (redis, entries) => redis.setEach(entries),
      told: itself,
    });
    this.#incrs = this.#together("write", "incr", {
      one: (redis, increment) => redis.incr(increment),
      each: (redis, increments) => redis.incrEach(increments),
      told: toSum,
    });
    this.#deletes = this.#together("write", "delete", {
      one: (redis, key) => redis.delete(key),
      each: (redis, keys) => redis.deleteEach(keys),
      told: itself,
    });
  }

  get(key: string): Promise<Buffer | undefined> {
    return this.#gets.ask(key);
  }

  set(entry: Entry): Promise<void> {
    return this.#sets.ask(entry);
  }

  incr(increment: Increment): Promise<number> {
    return this.#incrs.ask(increment);
  }

  delete(key: string): Promise<boolean> {
    return this.#deletes.ask(key);
  }

  read<T>(operation: string, send: Send<T>): Promise<T> {
    this.#tick.alone();
    return this.#guard.read(operation, () => this.#link.send(send));
  }

  write<T>(operation: string, send: Send<T>): Promise<T> {
    this.#tick.alone();
    return this.#guard.write(operation, () => this.#link.send(send));
  }

  close(): void {
    this.#guard.close();
  }

  #askWhetherThere(probe: Send<unknown>): Promise<unknown> {
    // A connection that swallowed something answers each question with the reply to one before, always too late.
    if (this.#probe !== undefined) this.#link.giveUp(this.#streams(), "a probe had no answer");
    const asked = this.#link.send(probe).finally(() => {
      if (this.#probe === asked) this.#probe = undefined;
    });
    this.#probe = asked;
    return asked;
  }

  #together<I, R, T>(
    kind: "read" | "write",
    operation: string,
    { one, each, told }: Sending<I, R, T>,
  ): Together<I, R, T> {
    const guard = this.#guard;
    const link = this.#link;
    const refuse = (error: Error) => guard[kind](operation, () => Promise.reject(toFailure(error)));
    return new Together(this.#tick, {
      one: (item) => guard[kind](operation, () => link.send((redis) => one(redis, item))),
      each: (items) => guard[kind](operation, () => link.send((redis) => each(redis, items)), items.length),
      told: (result, item) => (result instanceof Error ? refuse(result) : told(result, item)),
    });
  }
}

function itself<T>(result: T): T {
  return result;
}
