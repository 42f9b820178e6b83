import { accessSync, constants } from "node:fs";
import {
  type Awaitable,
  addDelta,
  type BackendFeatures,
  BaseBackend,
  baseFeatures,
  type CullOptions,
  DAMAGED_PAYLOAD,
  KeyNotFoundError,
  now,
  type Payload,
  quote,
} from "@cullet/core";
import { Culler } from "./culler.js";
import { EntryDirectory } from "./entry-directory.js";
import { EntryFile, LONG_BYTES } from "./entry-file.js";
import { EntryWriter } from "./entry-writer.js";
import { failureIn } from "./errno.js";
import type { Head } from "./format.js";
import { nameOf } from "./names.js";
import { makeDirectory } from "./open.js";
import { sliced } from "./slices.js";

/** Options of the file backend. */
export type FileOptions = CullOptions;

/**
 * Keeps each entry in a file of its own, in one directory that any number of processes may share.
 *
 * Small files are read and written without waiting, since handing such work to another thread takes twenty times as
 * long as the work. Reading takes no lock. Whoever writes holds the lock of that entry; deleting one needs none, since
 * whatever stands under a key's name is that key's.
 */
export class FileBackend extends BaseBackend {
  override readonly features: BackendFeatures = {
    ...baseFeatures,
    shared: true,
    atomic: true,
    expiry: "store",
    counters: true,
    lists: true,
    culls: true,
    bounded: true,
  };
  readonly #directory: EntryDirectory;
  readonly #culler: Culler;
  readonly #writer: EntryWriter;
  #sweeping: Promise<unknown> | undefined;

  /** Works in the directory at `path`, which is absolute, and waits for a lock no longer than `patienceMs`. */
  constructor(path: string, options: Required<FileOptions>, patienceMs: number) {
    super();
    this.#directory = new EntryDirectory(path, patienceMs);
    this.#culler = new Culler(this.#directory, options);
    this.#writer = new EntryWriter(this.#directory, this.#culler);
  }

  /** Makes the directory, or fails where it cannot be used. */
  override connect(): Awaitable<void> {
    return this.#reporting(() => {
      const { path } = this.#directory;
      makeDirectory(path);
      accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK);
      this.#directory.count.read();
    });
  }

  get(key: string): Awaitable<Payload | undefined> {
    return this.#reporting(() => {
      const name = nameOf(key);
      let isLong = false;
      const read = (file: EntryFile, head: Head) => {
        isLong = head.end > LONG_BYTES;
        return isLong ? undefined : (file.payload(head) ?? this.#discardDamaged(name, file));
      };
      const payload = this.#directory.useLive<Payload | undefined>(name, key, read, {
        ifDamaged: DAMAGED_PAYLOAD,
      });
      return isLong ? this.#getLong(name, key) : payload;
    });
  }

  set(key: string, payload: Payload, ttlMs: number | null): Awaitable<void> {
    return this.#reporting(() => {
      const written = this.#write(key, payload, ttlMs, false);
      return written instanceof Promise ? written.then(() => {}) : undefined;
    });
  }

  delete(key: string): boolean {
    return this.#reporting(() => this.#isLive(key) && this.#directory.remove(nameOf(key)));
  }

  async clear(prefix: string): Promise<void> {
    for await (const name of this.#names()) {
      this.#reporting(() => {
        if (prefix === "" || this.#keyOf(name)?.startsWith(prefix)) this.#directory.remove(name);
      });
    }
  }

  override async getMany(keys: readonly string[]): Promise<Map<string, Payload>> {
    const found = new Map<string, Payload>();
    for await (const key of sliced(keys)) {
      const payload = await this.get(key);
      if (payload !== undefined) found.set(key, payload);
    }
    return found;
  }

  override async setMany(payloads: ReadonlyMap<string, Payload>, ttlMs: number | null): Promise<string[]> {
    for await (const [key, payload] of sliced(payloads)) await this.set(key, payload, ttlMs);
    return [];
  }

  override async deleteMany(keys: readonly string[]): Promise<number> {
    let deleted = 0;
    for await (const key of sliced(keys)) if (this.delete(key)) deleted++;
    return deleted;
  }

  override async add(key: string, payload: Payload, ttlMs: number | null): Promise<boolean> {
    // Only reading a long entry shows whether it is whole.
    const found = await this.get(key);
    if (found !== undefined && found !== DAMAGED_PAYLOAD) return false;
    return this.#reporting(() => this.#write(key, payload, ttlMs, true));
  }

  override has(key: string): boolean {
    return this.#reporting(() => this.#isLive(key));
  }

  override async touch(key: string, ttlMs: number | null): Promise<boolean> {
    const touched = await this.#change(key, (file, head) => {
      file.writeState(head, expiryOf(ttlMs), head.count);
      return true;
    });
    return touched ?? false;
  }

  override async incr(key: string, delta: number): Promise<number> {
    const sum = await this.#change(key, (file, head) => {
      const sum = addDelta(key, head.count, delta);
      file.writeState(head, head.expiresAt, sum);
      return sum;
    });
    if (sum === undefined) throw new KeyNotFoundError(`incr needs an entry at ${quote(key)}; there is none`);
    return sum;
  }

  override async ttl(key: string): Promise<number | null | undefined> {
    return this.#reporting(() =>
      this.#directory.useLive(nameOf(key), key, (_file, { expiresAt }) =>
        expiresAt === Number.POSITIVE_INFINITY ? null : expiresAt - now(),
      ),
    );
  }

  override async *keys(prefix: string): AsyncGenerator<string, void, undefined> {
    for await (const name of this.#names()) {
      const key = this.#reporting(() => this.#keyOf(name));
      if (key?.startsWith(prefix)) yield key;
    }
  }

  override async close(): Promise<void> {
    await this.#sweeping;
    this.#directory.count.close();
  }

  #write(key: string, payload: Payload, ttlMs: number | null, isAdded: boolean): Awaitable<boolean> {
    // What crashed processes have left is looked for once, by those who write.
    this.#sweeping ??= this.#directory.list().catch(() => {});
    return this.#writer.write({ name: nameOf(key), key, payload, expiresAt: expiryOf(ttlMs), isAdded });
  }

  async #getLong(name: string, key: string): Promise<Payload | undefined> {
    return EntryFile.useLater(this.#directory.entryPath(name), async (file) => {
      const head = file.liveHead(name, key);
      if (typeof head === "string") return undefined;
      return (await file.payloadLater(head)) ?? this.#discardDamaged(name, file);
    });
  }

  #discardDamaged(name: string, file: EntryFile): Payload {
    this.#directory.removeDamaged(name, file);
    return DAMAGED_PAYLOAD;
  }

  /** Lets `change` write into the live entry of `key`; `undefined` where there is none. */
  async #change<T>(key: string, change: (file: EntryFile, head: Head) => T): Promise<T | undefined> {
    return this.#reporting(() => {
      const name = nameOf(key);
      // Opening it tells a missing entry from one that may not be seen.
      if (!this.#directory.has(name) && !this.#isLive(key)) return undefined;
      return this.#directory.withLock(name, (lock) => {
        lock.sign();
        const changeUnlessLost = (file: EntryFile, head: Head) => {
          lock.confirm();
          return change(file, head);
        };
        return this.#directory.useLive(name, key, changeUnlessLost, { lock });
      });
    });
  }

  #isLive(key: string): boolean {
    return this.#directory.useLive(nameOf(key), key, () => true) ?? false;
  }

  #keyOf(name: string): string | undefined {
    return this.#directory.useLive(name, undefined, (file, head) => file.key(head));
  }

  async *#names(): AsyncGenerator<string, void, undefined> {
    yield* sliced(await this.#reporting(() => this.#directory.list()));
  }

  /** Runs `work`, and says of what the operating system answers which cache it concerns. */
  #reporting<T>(work: () => Promise<T>): Promise<T>;
  #reporting<T>(work: () => T): T;
  #reporting<T>(work: () => Awaitable<T>): Awaitable<T> {
    try {
      const result = work();
      return result instanceof Promise ? result.catch((error) => this.#fail(error)) : result;
    } catch (error) {
      return this.#fail(error);
    }
  }

  #fail(error: unknown): never {
    throw failureIn(this.#directory.path, error);
  }
}

function expiryOf(ttlMs: number | null): number {
  return ttlMs === null ? Number.POSITIVE_INFINITY : now() + ttlMs;
}
