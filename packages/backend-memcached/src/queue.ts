const LEAST_CAPACITY = 64;

/**
 * First in, first out. A `Map` that entries come to and leave would do, but for its speed: each time that V8 makes its table
 * anew, the table before it keeps the next one from being collected, and so on, until the old generation is collected.
 */
export class Queue<T> {
  #items: (T | undefined)[] = emptySlots(LEAST_CAPACITY);
  #first = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get first(): T | undefined {
    return this.#items[this.#first];
  }

  get last(): T | undefined {
    return this.#size === 0 ? undefined : this.#items[this.#slot(this.#size - 1)];
  }

  push(item: T): void {
    if (this.#size === this.#items.length) this.#grow();
    this.#items[this.#slot(this.#size)] = item;
    this.#size += 1;
  }

  shift(): T | undefined {
    const item = this.first;
    if (this.#size === 0) return undefined;
    this.#items[this.#first] = undefined;
    this.#first = this.#slot(1);
    this.#size -= 1;
    return item;
  }

  #slot(at: number): number {
    // The capacity is a power of two.
    return (this.#first + at) & (this.#items.length - 1);
  }

  #grow(): void {
    const items = emptySlots<T>(this.#items.length * 2);
    for (let at = 0; at < this.#size; at += 1) items[at] = this.#items[this.#slot(at)];
    this.#items = items;
    this.#first = 0;
  }
}

function emptySlots<T>(count: number): (T | undefined)[] {
  return new Array<T | undefined>(count).fill(undefined);
}
