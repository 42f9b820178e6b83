import { EventEmitter } from "node:events";
import { type Cache, describe, InvalidConfigError, isTimeout, type Timeout } from "@cullet/core";
import { lifetimeMs, type SessionCookie } from "./lifetime.js";
import { rebuildSession, type SessionRequest } from "./rebuild-session.js";
import { type SessionData, Sessions } from "./sessions.js";

/** What a `CulletStore` is told. */
export interface CulletStoreOptions {
  /** Where sessions are kept. It must not be one with `failOpen`: an outage would log everybody out. */
  cache: Cache;
  /** What the keys of sessions begin with, below the cache's own prefix. @default "session" */
  prefix?: string;
  /** How long a session lives whose cookie does not say it, since it ends with the browser. @default "14d" */
  timeout?: Timeout;
}

/** Told how an operation ended: with an error, or with `null` and a result. */
export type Callback<Result = void> = (error: unknown, result?: Result) => void;

interface Session {
  readonly cookie?: SessionCookie & { toJSON?(): unknown };
}

/**
 * Keeps sessions in a cache, for express-session and for @fastify/session.
 *
 * A session that was destroyed stays so, in every process: what a request stores or touches late is dropped, without an
 * error. Each method takes a callback, returns a promise besides, and tells both of an error of the cache.
 */
export class CulletStore extends EventEmitter {
  /** Makes a new session for a request. Given by express-session. */
  declare generate: (request: SessionRequest) => void;
  readonly #sessions: Sessions;
  readonly #timeout: Timeout;
  /** Sessions of express-session that were stored once: they are not made anew when they have ended. */
  readonly #known = new WeakSet<object>();

  /** @throws InvalidConfigError naming the option that is wrong. */
  constructor(options: CulletStoreOptions) {
    super();
    const { cache, prefix = "session", timeout = "14d" } = options;
    checkOptions({ cache, timeout });
    this.#sessions = new Sessions(prefix === "" ? cache : cache.withPrefix(prefix));
    this.#timeout = timeout;
  }

  /** Returns what the session holds; `undefined` where there is none. */
  get<Found = SessionData>(id: string, callback?: Callback<Found | undefined>): Promise<Found | undefined> {
    return answer(callback, async () => (await this.#sessions.read(checked(id))) as Found | undefined);
  }

  /** Stores the session for as long as its cookie says, unless it was destroyed. */
  set(id: string, session: object, callback?: Callback): Promise<void> {
    return answer(callback, async () => {
      const timeout = this.#timeoutOf(session);
      if (timeout === undefined) return this.#sessions.destroy(checked(id));
      const wasThere = this.#known.has(session);
      const isStored = await this.#sessions.store(checked(id), dataOf(session), timeout, wasThere);
      if (isStored) this.#known.add(session);
    });
  }

  /** Has the session live for as long as its cookie says from now on. What it holds is not written. */
  touch(id: string, session: object, callback?: Callback): Promise<void> {
    return answer(callback, async () => {
      const timeout = this.#timeoutOf(session);
      if (timeout === undefined) return this.#sessions.destroy(checked(id));
      await this.#sessions.touch(checked(id), timeout);
    });
  }

  /** Ends the session, for good. */
  destroy(id: string, callback?: Callback): Promise<void> {
    return answer(callback, async () => this.#sessions.destroy(checked(id)));
  }

  /** Returns all sessions, each with its `id`. An `UnsupportedError` where the cache cannot list its keys. */
  all<Found = SessionData>(callback?: Callback<(Found & { id: string })[]>) {
    return answer(callback, async () => {
      const sessions: SessionData[] = [];
      for await (const ids of this.#sessions.ids()) {
        for (const [id, data] of await this.#sessions.readMany(ids)) sessions.push({ ...data, id });
      }
      return sessions as (Found & { id: string })[];
    });
  }

  /** Returns how many sessions there are. An `UnsupportedError` where the cache cannot list its keys. */
  length(callback?: Callback<number>): Promise<number> {
    return answer(callback, async () => {
      let count = 0;
      for await (const ids of this.#sessions.ids()) count += ids.length;
      return count;
    });
  }

  /** Ends all sessions. An `UnsupportedError` where the cache cannot list its keys. */
  clear(callback?: Callback): Promise<void> {
    return answer(callback, async () => {
      for await (const ids of this.#sessions.ids()) await this.#sessions.destroy(...ids);
    });
  }

  /** Ends the session of a request, and makes a new one with another id. For express-session. */
  regenerate(request: SessionRequest, callback: (error?: unknown) => void): void {
    this.destroy(request.sessionID, (error) => {
      this.generate(request);
      callback(error);
    });
  }

  /** Returns a session outside of a request. For applications of express-session. */
  load<Found>(id: string, callback: Callback<Found | undefined>): void {
    answer(callback, async () => {
      const data = await this.#sessions.read(checked(id));
      return data && this.createSession<Found>({ sessionID: id, sessionStore: this }, data);
    });
  }

  /** Makes the session of a request from what was stored. For express-session. */
  createSession<Made>(request: SessionRequest, data: object): Made {
    const session = rebuildSession(this, request, data);
    this.#known.add(session);
    return session as Made;
  }

  /** How long the session is to live; `undefined` where it has ended. */
  #timeoutOf({ cookie }: Session): Timeout | undefined {
    const ms = lifetimeMs(cookie);
    if (ms === undefined) return this.#timeout;
    return ms > 0 ? ms / 1_000 : undefined;
  }
}

function checkOptions({ cache, timeout }: CulletStoreOptions): void {
  // Not by its class, of which an application may have several.
  if (typeof cache?.getMany !== "function") {
    throw new InvalidConfigError(`the cache of a session store must be a cache; got ${describe(cache)}`);
  }
  if (cache.failsOpen) {
    throw new InvalidConfigError(
      "the cache of a session store must not have failOpen: an outage would log everybody out",
    );
  }
  if (!isTimeout(timeout)) {
    throw new InvalidConfigError(
      `the timeout of a session store must be seconds, a string like "5m", or null for never; got ${describe(timeout)}`,
    );
  }
}

/** What is stored of a session: its own properties, and its cookie as plain data. */
function dataOf(session: Session): SessionData {
  const { cookie } = session;
  const plain = typeof cookie?.toJSON === "function" ? cookie.toJSON() : cookie;
  return { ...Object.fromEntries(Object.entries(session)), cookie: plain };
}

function checked(id: string): string {
  if (typeof id === "string" && id !== "") return id;
  throw new TypeError(`the id of a session must be text that is not empty; got ${describe(id)}`);
}

/** Runs an operation, and tells its end to the callback as well. */
function answer<Result>(
  callback: Callback<Result> | undefined,
  operation: () => Promise<Result>,
): Promise<Result> {
  const result = operation();
  // Out of the promise, where an error that the callback throws would be lost. Who has neither a callback nor waits for
  // the promise does not want to know of errors.
  result.then(
    (value) => callback && process.nextTick(callback, null, value),
    (error) => callback && process.nextTick(callback, error),
  );
  return result;
}
