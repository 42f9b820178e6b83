import { randomBytes } from "node:crypto";
import { type Awaitable, whenReady } from "./awaitable.js";
import { now } from "./clock.js";
import { describe } from "./describe.js";
import type { Engine, Loaded } from "./engine.js";
import { ArgumentError, BackendError } from "./errors.js";
import type { KeySpace } from "./key.js";
import type { TagVersion } from "./values/note.js";

const ID_BYTES = 6;
const RANDOM_BYTES = 12;
const RADIX = 36;

/**
 * The versions of a cache's tags, each in the store under a key of its own. An entry names those under which it was
 * stored, and is a miss where one of them is not the same any more: so any number of entries goes with one write.
 *
 * A version is random, so none ever comes again. One that the store has lost makes misses of its entries.
 */
export class Tags {
  readonly #engine: Engine;
  readonly #keys: KeySpace;
  /** What the random part of the versions begins with that this cache gives. */
  readonly #id = randomText(ID_BYTES);

  constructor(engine: Engine, keys: KeySpace) {
    this.#engine = engine;
    this.#keys = keys;
  }

  /** Returns the versions of `tags` now, of which those that are new get one. */
  async versions(loaded: Loaded, tags: readonly string[]): Promise<TagVersion[]> {
    if (tags.length === 0) return [];
    const keys = this.#keysOf(tags);
    // Under a version of the past, what is stored now would never be found.
    const stored = versionsIn(loaded, keys, await loaded.backend.peekEach(keys));
    return Promise.all(
      tags.map(async (tag, at): Promise<TagVersion> => [tag, stored[at] ?? (await this.#begin(loaded, tag))]),
    );
  }

  /** Returns which of `versions` are still those of their tags, in one round trip for all. */
  current(loaded: Loaded, versions: readonly TagVersion[]): Awaitable<ReadonlySet<TagVersion>> {
    const tags = [...new Set(versions.map(([tag]) => tag))];
    const keys = this.#keysOf(tags);
    return whenReady(loaded.backend.getEach(keys), (payloads) => {
      const stored = versionsIn(loaded, keys, payloads);
      const versionOf = new Map(tags.map((tag, at) => [tag, stored[at]]));
      return new Set(versions.filter(([tag, version]) => versionOf.get(tag) === version));
    });
  }

  /** Gives `tags` other versions, and what is being computed for entries with them up. */
  async invalidate(loaded: Loaded, tags: readonly string[]): Promise<void> {
    if (tags.length === 0) return;
    const { flights } = this.#engine;
    const invalidated = now().toString(RADIX);
    const payloads = new Map(
      tags.map((tag) => {
        const key = this.#keys.hidden("tag", tag);
        return [key, loaded.own.encode(key, this.#newVersion(invalidated), null)];
      }),
    );
    flights.abandonTagged(tags);
    const refused = await this.#engine.write(loaded, [...payloads.keys()], () =>
      loaded.backend.setMany(payloads, null),
    );
    // A function that began meanwhile may have read what is old now.
    flights.abandonTagged(tags);
    if (refused.length > 0) {
      throw new BackendError(
        `invalidateTags failed for ${refused.length} of ${tags.length} tags: the store did not take them`,
      );
    }
  }

  /**
   * Whether a tag got its version by an invalidation elsewhere, at `time` or later, in milliseconds since 1970. Of those of
   * this cache, the flights are told.
   */
  isInvalidatedSince([, version]: TagVersion, time: number): boolean {
    const [invalidated = "", random = ""] = version.split(".");
    return invalidated !== "" && !random.startsWith(this.#id) && Number.parseInt(invalidated, RADIX) >= time;
  }

  #keysOf(tags: readonly string[]): string[] {
    return tags.map((tag) => this.#keys.hidden("tag", tag));
  }

  /** Returns a version that no tag had before: it begins with the time of the invalidation that it comes of, if of one. */
  #newVersion(invalidated: string): string {
    return `${invalidated}.${this.#id}${randomText(RANDOM_BYTES)}`;
  }

  /** Gives a tag a version where it has none, and returns the one that it has then. */
  async #begin(loaded: Loaded, tag: string): Promise<string> {
    const key = this.#keys.hidden("tag", tag);
    const version = this.#newVersion("");
    const payload = loaded.own.encode(key, version, null);
    const added = await this.#engine.write(loaded, [key], () => loaded.backend.add(key, payload, null));
    if (added) return version;
    const theirs = versionIn(loaded, key, await loaded.backend.peek(key));
    if (theirs !== undefined) return theirs;
    // What is there cannot be read, and no entry can be of it.
    await this.#engine.write(loaded, [key], () => loaded.backend.set(key, payload, null));
    return version;
  }
}

/**
 * Returns the tags that `given` names, each once.
 *
 * @throws TypeError naming what came.
 */
export function checkTags(given: unknown): readonly string[] {
  if (typeof given !== "object" || given === null || !(Symbol.iterator in given)) {
    throw new ArgumentError(`tags must be a list of text; got ${describe(given)}`);
  }
  const tags = new Set(given as Iterable<unknown>);
  for (const tag of tags) {
    if (typeof tag !== "string" || tag === "" || !tag.isWellFormed()) {
      throw new ArgumentError(
        `a tag must be text that is not empty, of well-formed Unicode; got ${describe(tag)}`,
      );
    }
  }
  return [...tags] as string[];
}

function versionsIn(
  loaded: Loaded,
  keys: readonly string[],
  payloads: readonly unknown[],
): (string | undefined)[] {
  return keys.map((key, at) => versionIn(loaded, key, payloads[at]));
}

function versionIn({ own }: Loaded, key: string, payload: unknown): string | undefined {
  const version = payload === undefined ? undefined : own.decode(key, payload);
  return typeof version === "string" ? version : undefined;
}

function randomText(bytes: number): string {
  return randomBytes(bytes).toString("base64url");
}
