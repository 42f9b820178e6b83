/** How many ticks a deadline is: the error in it is one tick at most, and always to the early side. */
const TICKS = 10;

/** Something that waits, until it is settled or late. */
export interface Wait {
  /** Takes it off the list: `false` where it was late already, or was settled before. */
  settle(): boolean;
}

interface Entry extends Wait {
  readonly late: () => void;
  readonly dueAt: number;
  previous: Entry | undefined;
  next: Entry | undefined;
  waits: boolean;
}

/**
 * Tells what waits too long. All wait equally long, so they stand in one list in the order they came, and one timer
 * serves them all: a wait costs no timer and no look at the clock.
 */
export class Deadlines {
  readonly #tickMs: number;
  #tick = 0;
  #timer: NodeJS.Timeout | undefined;
  #first: Entry | undefined;
  #last: Entry | undefined;

  /** @param timeoutMs the longest that anything waits. */
  constructor(timeoutMs: number) {
    this.#tickMs = timeoutMs / TICKS;
  }

  /** Calls `late` in time, unless the wait is settled before. */
  add(late: () => void): Wait {
    const entry: Entry = {
      late,
      dueAt: this.#tick + TICKS,
      previous: this.#last,
      next: undefined,
      waits: true,
      settle: () => this.#remove(entry),
    };
    if (this.#last === undefined) this.#first = entry;
    else this.#last.next = entry;
    this.#last = entry;
    this.#timer ??= setInterval(() => this.#advance(), this.#tickMs);
    return entry;
  }

  /** Tells all that wait that they need not any more. */
  expireAll(): void {
    while (this.#first !== undefined) this.#expire(this.#first);
    this.#rest();
  }

  #advance(): void {
    this.#tick += 1;
    if (this.#first === undefined) this.#rest();
    while (this.#first !== undefined && this.#first.dueAt <= this.#tick) this.#expire(this.#first);
  }

  #expire(entry: Entry): void {
    this.#remove(entry);
    entry.late();
  }

  #rest(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #remove(entry: Entry): boolean {
    if (!entry.waits) return false;
    entry.waits = false;
    if (entry.previous === undefined) this.#first = entry.next;
    else entry.previous.next = entry.next;
    if (entry.next === undefined) this.#last = entry.previous;
    else entry.next.previous = entry.previous;
    // Else one that V8 has moved to its old generation would keep all that came after it from being collected while young.
    entry.previous = undefined;
    entry.next = undefined;
    return true;
  }
}
