import { type CullOptions, cullCount, now } from "@cullet/core";
import type { EntryDirectory } from "./entry-directory.js";
import { Lock } from "./lock.js";
import { sliced } from "./slices.js";
import { type Expiring, Soonest } from "./soonest.js";
import { removeStaleLock } from "./stale-lock.js";

/** One in so many entries is remembered after a listing: the soonest. */
const REMEMBERED_FRACTION = 8;

/** An entry as a listing showed it. */
interface Listed extends Expiring {
  readonly inode: number;
  readonly changedAt: number;
}

/** Keeps the entries of a directory below their limit: those go that expire soonest. */
export class Culler {
  readonly #directory: EntryDirectory;
  readonly #options: Required<CullOptions>;
  readonly #soonest = new Soonest();
  #running: Promise<boolean> | undefined;

  constructor(directory: EntryDirectory, options: Required<CullOptions>) {
    this.#directory = directory;
    this.#options = options;
  }

  /** Whether a new entry needs room to be made for it. */
  get isFull(): boolean {
    return this.#directory.count.isFull(this.#options.maxEntries);
  }

  /** Whether room is being made. */
  get isRunning(): boolean {
    return this.#running !== undefined;
  }

  /** Tells of a new entry. */
  noteNew(name: string, expiresAt: number): void {
    this.#soonest.add({ name, expiresAt });
  }

  /** Makes room for a new entry, once for all who wait for it; `false` where there is none to be had now. */
  makeRoom(): Promise<boolean> {
    this.#running ??= this.#makeRoom().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #makeRoom(): Promise<boolean> {
    if (this.#dropKnownExpired()) return true;
    const path = this.#directory.lockPath("cull");
    const lock = Lock.tryTake(path);
    if (lock === undefined) {
      // Another process culls. To wait for it would gain nothing but exactness.
      removeStaleLock(path);
      return false;
    }
    try {
      lock.sign();
      await this.#cull();
    } finally {
      lock.release();
    }
    return !this.isFull;
  }

  #dropKnownExpired(): boolean {
    for (;;) {
      const expired = this.#soonest.takeExpired(now());
      if (expired === undefined) return false;
      if (this.#directory.removeDead(expired.name) && !this.isFull) return true;
    }
  }

  async #cull(): Promise<void> {
    const { count } = this.#directory;
    const counted = count.read();
    const names = await this.#directory.list();
    const live = await this.#dropExpired(names);
    // What came and went since has been counted; what the count got wrong before has not.
    count.reset(names.length + count.read() - counted);

    const victims = soonestOf(live, cullCount(live.length, this.#options));
    for await (const victim of sliced(victims)) {
      this.#directory.removeIf(victim.name, () => isUnchanged(victim, this.#look(victim.name)));
    }
    const gone = new Set(victims);
    const remaining = live.filter((entry) => !gone.has(entry));
    this.#soonest.reset(soonestOf(remaining, Math.ceil(remaining.length / REMEMBERED_FRACTION)));
  }

  /** Removes the expired among `names`, and returns the others. */
  async #dropExpired(names: readonly string[]): Promise<Listed[]> {
    const live: Listed[] = [];
    for await (const name of sliced(names)) {
      const entry = this.#look(name);
      if (entry === undefined) continue;
      if (entry.expiresAt > now()) live.push(entry);
      // The mtime may have been changed by anybody; what the file says counts.
      else if (!this.#directory.removeDead(name)) live.push({ ...entry, expiresAt: this.#expiryOf(name) });
    }
    return live;
  }

  #look(name: string): Listed | undefined {
    const stat = this.#directory.stat(name);
    return stat && { name, expiresAt: stat.mtimeMs, inode: stat.ino, changedAt: stat.ctimeMs };
  }

  #expiryOf(name: string): number {
    return (
      this.#directory.useLive(name, undefined, (_file, head) => head.expiresAt) ?? Number.POSITIVE_INFINITY
    );
  }
}

/** Returns the `count` entries that expire before the others, in no order. */
function soonestOf(entries: readonly Listed[], count: number): readonly Listed[] {
  if (count >= entries.length) return entries;
  if (count === 0) return [];
  // Sorting the numbers alone takes a tenth of the time.
  const limit = Float64Array.from(entries, ({ expiresAt }) => expiresAt).sort()[count - 1] as number;
  const before = entries.filter(({ expiresAt }) => expiresAt < limit);
  const tied = entries.filter(({ expiresAt }) => expiresAt === limit);
  return [...before, ...tied.slice(0, count - before.length)];
}

function isUnchanged(before: Listed, now: Listed | undefined): boolean {
  return now?.inode === before.inode && now.changedAt === before.changedAt;
}
