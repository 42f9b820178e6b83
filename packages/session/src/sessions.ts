import type { Cache, Timeout } from "@cullet/core";

/**
 * How long it is remembered that a session was destroyed: longer than any request, of which one may have read the session
 * before and store it after.
 */
const REMEMBERED = "1d";
/** How many sessions are read at once where all are. */
const READ_AT_ONCE = 100;

/** What a session holds, as it is stored. */
export type SessionData = Record<string, unknown>;

/**
 * Sessions in a cache. Of each there are up to three entries, since a cache can replace a value, but not only where there
 * is one:
 *
 * - `data:<id>` is what the session holds. It may be written at any time, and is read only where the next one is there.
 * - `live:<id>` says that the session exists. It is made once, by `add`; all that comes later is `touch`, which makes
 *   nothing. So what is stored late can bring back no session that has ended.
 * - `gone:<id>` says for a while that the session was destroyed, so that who stores it late does not make it as a new one.
 *   It is written before the others are dropped.
 */
export class Sessions {
  readonly #cache: Cache;

  constructor(cache: Cache) {
    this.#cache = cache;
  }

  /** Returns what the session holds, if it exists. */
  async read(id: string): Promise<SessionData | undefined> {
    const found = await this.#cache.getMany([key("live", id), key("data", id)]);
    return found.has(key("live", id)) ? (found.get(key("data", id)) as SessionData | undefined) : undefined;
  }

  /**
   * Stores what the session holds; `false` where it has ended meanwhile, and nothing is stored.
   *
   * @param wasThere whether it is known to have existed, so that it is not to be made.
   */
  async store(id: string, data: SessionData, timeout: Timeout, wasThere: boolean): Promise<boolean> {
    const [lives] = await Promise.all([
      this.#cache.touch(key("live", id), timeout),
      this.#cache.set(key("data", id), data, timeout),
    ]);
    if (lives || (!wasThere && (await this.#make(id, timeout)))) return true;
    await this.#cache.delete(key("data", id));
    return false;
  }

  /** Gives the session a new timeout; `false` where it has ended meanwhile. */
  async touch(id: string, timeout: Timeout): Promise<boolean> {
    const [lives] = await Promise.all([
      this.#cache.touch(key("live", id), timeout),
      this.#cache.touch(key("data", id), timeout),
    ]);
    return lives;
  }

  /** Ends the sessions of these ids, for good. */
  async destroy(...ids: readonly string[]): Promise<void> {
    try {
      await Promise.all(ids.map((id) => this.#cache.set(key("gone", id), true, REMEMBERED)));
    } finally {
      // Also where a store that is full takes nothing more.
      await this.#cache.deleteMany(ids.flatMap((id) => [key("live", id), key("data", id)]));
    }
  }

  /** Lists the ids of the sessions, in batches. */
  async *ids(): AsyncGenerator<string[], void, undefined> {
    let batch: string[] = [];
    for await (const listed of this.#cache.keys(key("live", "*"))) {
      batch.push(listed.slice(key("live", "").length));
      if (batch.length < READ_AT_ONCE) continue;
      yield batch;
      batch = [];
    }
    if (batch.length > 0) yield batch;
  }

  /** Returns what the sessions of these ids hold, of those that exist. */
  async readMany(ids: readonly string[]): Promise<Map<string, SessionData>> {
    const found = await this.#cache.getMany<SessionData>(ids.map((id) => key("data", id)));
    return new Map(
      ids.flatMap((id) => {
        const data = found.get(key("data", id));
        return data === undefined ? [] : [[id, data] as const];
      }),
    );
  }

  /** Makes the session, unless it was destroyed. */
  async #make(id: string, timeout: Timeout): Promise<boolean> {
    if (await this.#isGone(id)) return false;
    await this.#cache.add(key("live", id), true, timeout);
    // It may have been destroyed after the first look, and before there was anything to drop.
    if (!(await this.#isGone(id))) return true;
    await this.#cache.delete(key("live", id));
    return false;
  }

  /** Whether the session was destroyed. By `touch`, which no replica answers, since a replica may not know yet. */
  #isGone(id: string): Promise<boolean> {
    return this.#cache.touch(key("gone", id), REMEMBERED);
  }
}

function key(kind: "data" | "live" | "gone", id: string): string {
  return `${kind}:${id}`;
}
