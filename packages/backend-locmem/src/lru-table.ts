import { now } from "@cullet/core";

/** Room for this many entries is made at first; it doubles when it is used up. */
const FIRST_CAPACITY = 64;

/** How many dropped entries a new one clears away: more than one, so that they are gone before the next cull. */
const RECLAIMED_PER_INSERT = 8;

/** Stands before the first entry and behind the last, and for "no entry". */
const NONE = 0;

/**
 * Entries in the order of their use, the least recently used of which can be dropped by the thousand at once.
 *
 * An entry is a slot: an index into one array for each property, which takes 48 bytes beside the key, the payload and
 * the Map, and no object that the garbage collector must visit. The order of use is a ring of links through slot 0.
 *
 * A cull must not stop the process for long. So a mark is kept at the youngest of the entries that a cull would drop,
 * and `cut` takes the ring apart there: what is older is dead from then on, by its time of use, and cleared away by
 * those who insert, a few at a time.
 */
export class LruTable {
  readonly #slots = new Map<string, number>();
  #keys: (string | undefined)[] = [undefined];
  #payloads: unknown[] = [undefined];
  #expires = new Float64Array(FIRST_CAPACITY);
  #used = new Float64Array(FIRST_CAPACITY);
  #weights = new Float64Array(FIRST_CAPACITY);
  #older = new Uint32Array(FIRST_CAPACITY);
  #newer = new Uint32Array(FIRST_CAPACITY);

  /** Live entries, the expired among them. */
  #count = 0;
  /** The weights of the live entries together. */
  #weight = 0;
  /** How often entries were used: the time, as far as their order goes. */
  #uses = 0;
  /** The first slot that was never used. */
  #fresh = 1;
  /** The first of the slots free for use again, linked by `#older`. */
  #free = NONE;
  /** No entry expires before this. */
  #soonest = Number.POSITIVE_INFINITY;

  /** The share of entries that a cull drops: one in this many. */
  #cullFrequency = 1;
  /** How many entries a cull would drop. */
  #share = 0;
  /** The youngest of the `#marked` oldest entries, which are `#share` again after each change; and what they weigh. */
  #mark = NONE;
  #marked = 0;
  #markedWeight = 0;

  /** The oldest of the dead, linked by `#newer`, and the time of use up to which an entry is dead. */
  #dead = NONE;
  #deadUntil = 0;

  constructor() {
    // Slot 0 is older than all, so that no entry is ever taken for marked where nothing is.
    this.#used[NONE] = -1;
  }

  get count(): number {
    return this.#count;
  }

  /** The sum of what `insert` and `replace` were told that live entries weigh. */
  get weight(): number {
    return this.#weight;
  }

  /** No entry expires before this time, in milliseconds since the epoch; infinite where none ever does. */
  get soonest(): number {
    return this.#soonest;
  }

  /** The slot of the least recently used entry, or 0. */
  get oldest(): number {
    return this.#newer[NONE] as number;
  }

  /** Returns the slot of the live entry at `key`, or 0. An entry that is met expired goes. */
  find(key: string): number {
    const slot = this.#slots.get(key);
    if (slot === undefined || (this.#used[slot] as number) <= this.#deadUntil) return NONE;
    // To ask for the time is most of what a look-up takes.
    if (this.#expires[slot] === Number.POSITIVE_INFINITY) return slot;
    return this.#unexpired(slot, now());
  }

  /** Returns the payload at each of `keys`, which is a use. */
  payloads(keys: readonly string[]): unknown[] {
    const time = now();
    const found = new Array<unknown>(keys.length);
    for (let at = 0; at < keys.length; at += 1) {
      const slot = this.#slots.get(keys[at] as string);
      if (slot === undefined || (this.#used[slot] as number) <= this.#deadUntil) continue;
      if (this.#unexpired(slot, time) === NONE) continue;
      this.use(slot);
      found[at] = this.#payloads[slot];
    }
    return found;
  }

  payload(slot: number): unknown {
    return this.#payloads[slot];
  }

  /** Gives the entry another payload, and makes it the most recently used. */
  replace(slot: number, payload: unknown, weight: number): void {
    this.#payloads[slot] = payload;
    this.#unlink(slot);
    this.#weight += weight - (this.#weights[slot] as number);
    this.#weights[slot] = weight;
    this.#linkNewest(slot);
    this.#moveMark();
  }

  /** When the entry expires, in milliseconds since the epoch; infinite for never. */
  expires(slot: number): number {
    return this.#expires[slot] as number;
  }

  setExpires(slot: number, expires: number): void {
    this.#expires[slot] = expires;
    if (expires < this.#soonest) this.#soonest = expires;
  }

  /** Makes the entry the most recently used. */
  use(slot: number): void {
    if (this.#older[NONE] === slot) return;
    this.#unlink(slot);
    this.#linkNewest(slot);
    this.#moveMark();
  }

  /** Puts an entry at `key`, which has no live one, as the most recently used. */
  insert(key: string, payload: unknown, weight: number, expires: number): void {
    this.#reclaim(RECLAIMED_PER_INSERT);
    let slot = this.#slots.get(key);
    if (slot === undefined) {
      slot = this.#takeSlot();
      this.#slots.set(key, slot);
      this.#keys[slot] = key;
    } else {
      this.#unlinkDead(slot);
    }
    this.#payloads[slot] = payload;
    this.setExpires(slot, expires);
    this.#weights[slot] = weight;
    this.#weight += weight;
    this.#count += 1;
    this.#linkNewest(slot);
    this.#reckonShare();
  }

  /** Drops a live entry. */
  remove(slot: number): void {
    this.#unlink(slot);
    this.#count -= 1;
    this.#weight -= this.#weights[slot] as number;
    this.#release(slot);
    this.#reckonShare();
  }

  /** Drops what has expired by `time`. */
  removeExpired(time: number): void {
    if (this.#soonest > time) return;
    let soonest = Number.POSITIVE_INFINITY;
    for (let slot = 1; slot < this.#fresh; slot += 1) {
      const expires = this.#expires[slot] as number;
      if (expires > time) {
        if (expires < soonest) soonest = expires;
      } else if ((this.#used[slot] as number) > this.#deadUntil) {
        this.remove(slot);
      }
    }
    this.#soonest = soonest;
  }

  /** Says which share of the entries `cut` is to drop: one in `cullFrequency`, which is above zero. */
  setCullFrequency(cullFrequency: number): void {
    if (cullFrequency === this.#cullFrequency) return;
    this.#cullFrequency = cullFrequency;
    this.#reckonShare();
  }

  /** Drops the share of the entries that was last used longest ago, in time that does not grow with their number. */
  cut(): void {
    if (this.#mark === NONE) return;
    this.#reclaim(Number.POSITIVE_INFINITY);
    const oldest = this.#newer[NONE] as number;
    const oldestKept = this.#newer[this.#mark] as number;
    this.#newer[this.#mark] = NONE;
    this.#newer[NONE] = oldestKept;
    this.#older[oldestKept] = NONE;

    this.#dead = oldest;
    this.#deadUntil = this.#used[this.#mark] as number;
    this.#count -= this.#marked;
    this.#weight -= this.#markedWeight;
    this.#unmark();
    this.#reckonShare();
  }

  /** Clears away what was cut off, so that its memory is free. */
  reclaim(): void {
    this.#reclaim(Number.POSITIVE_INFINITY);
  }

  /** Drops everything. */
  clear(): void {
    this.#slots.clear();
    this.#keys = [undefined];
    this.#payloads = [undefined];
    this.#expires = new Float64Array(FIRST_CAPACITY);
    this.#used = new Float64Array(FIRST_CAPACITY);
    this.#used[NONE] = -1;
    this.#weights = new Float64Array(FIRST_CAPACITY);
    this.#older = new Uint32Array(FIRST_CAPACITY);
    this.#newer = new Uint32Array(FIRST_CAPACITY);
    this.#count = 0;
    this.#weight = 0;
    this.#fresh = 1;
    this.#free = NONE;
    this.#soonest = Number.POSITIVE_INFINITY;
    this.#share = 0;
    this.#unmark();
    this.#dead = NONE;
  }

  /** The keys with an entry that may be live, in no order. They may be dropped, and others added, on the way. */
  keys(): Iterable<string> {
    return this.#slots.keys();
  }

  #unexpired(slot: number, time: number): number {
    if ((this.#expires[slot] as number) > time) return slot;
    this.remove(slot);
    return NONE;
  }

  #linkNewest(slot: number): void {
    const second = this.#older[NONE] as number;
    this.#used[slot] = ++this.#uses;
    this.#older[slot] = second;
    this.#newer[slot] = NONE;
    this.#newer[second] = slot;
    this.#older[NONE] = slot;
  }

  #unlink(slot: number): void {
    const older = this.#older[slot] as number;
    const newer = this.#newer[slot] as number;
    if ((this.#used[slot] as number) <= (this.#used[this.#mark] as number)) {
      if (slot === this.#mark) this.#mark = older;
      this.#marked -= 1;
      this.#markedWeight -= this.#weights[slot] as number;
    }
    this.#newer[older] = newer;
    this.#older[newer] = older;
  }

  #unlinkDead(slot: number): void {
    const older = this.#older[slot] as number;
    const newer = this.#newer[slot] as number;
    if (older === NONE) this.#dead = newer;
    else this.#newer[older] = newer;
    if (newer !== NONE) this.#older[newer] = older;
  }

  /** Reckons anew how many entries a cull would drop, after their number has changed. */
  #reckonShare(): void {
    this.#share = Math.min(this.#count, Math.max(1, Math.floor(this.#count / this.#cullFrequency)));
    this.#moveMark();
  }

  /** Brings the mark to where it belongs, which is never far from where it was. */
  #moveMark(): void {
    while (this.#marked < this.#share) {
      this.#mark = this.#newer[this.#mark] as number;
      this.#marked += 1;
      this.#markedWeight += this.#weights[this.#mark] as number;
    }
    while (this.#marked > this.#share) {
      this.#markedWeight -= this.#weights[this.#mark] as number;
      this.#mark = this.#older[this.#mark] as number;
      this.#marked -= 1;
    }
  }

  #unmark(): void {
    this.#mark = NONE;
    this.#marked = 0;
    this.#markedWeight = 0;
  }

  #reclaim(most: number): void {
    for (let left = most; left > 0 && this.#dead !== NONE; left -= 1) {
      const slot = this.#dead;
      this.#dead = this.#newer[slot] as number;
      if (this.#dead !== NONE) this.#older[this.#dead] = NONE;
      this.#release(slot);
    }
  }

  #release(slot: number): void {
    this.#slots.delete(this.#keys[slot] as string);
    this.#keys[slot] = undefined;
    this.#payloads[slot] = undefined;
    this.#expires[slot] = Number.POSITIVE_INFINITY;
    this.#older[slot] = this.#free;
    this.#free = slot;
  }

  #takeSlot(): number {
    const slot = this.#free;
    if (slot !== NONE) {
      this.#free = this.#older[slot] as number;
      return slot;
    }
    if (this.#fresh === this.#expires.length) this.#grow();
    this.#fresh += 1;
    return this.#fresh - 1;
  }

  #grow(): void {
    const capacity = this.#expires.length * 2;
    this.#expires = copyInto(new Float64Array(capacity), this.#expires);
    this.#used = copyInto(new Float64Array(capacity), this.#used);
    this.#weights = copyInto(new Float64Array(capacity), this.#weights);
    this.#older = copyInto(new Uint32Array(capacity), this.#older);
    this.#newer = copyInto(new Uint32Array(capacity), this.#newer);
  }
}

function copyInto<Numbers extends Float64Array | Uint32Array>(larger: Numbers, smaller: Numbers): Numbers {
  larger.set(smaller);
  return larger;
}
