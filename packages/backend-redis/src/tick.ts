/** A socket that can hold back what is written to it. */
export interface Corkable {
  cork(): void;
  uncork(): void;
}

/** What waits for more of its kind. */
export interface Group {
  /** Sends all that waits. */
  send(): void;
}

/**
 * Has what is sent to one server in one tick leave in the order it came and in few system calls. What is sent first is
 * held back by nothing.
 */
export class Tick {
  readonly #streams: () => readonly Corkable[];
  #hasBegun = false;
  #hasSent = false;
  #corked: readonly Corkable[] = [];
  #group: Group | undefined;

  /** @param streams the sockets that lead to the server now. */
  constructor(streams: () => readonly Corkable[]) {
    this.#streams = streams;
  }

  /** Makes way for what is sent now. */
  alone(): void {
    this.#begin();
    this.#sendGroup();
    this.#holdBack();
  }

  /** Makes way for one of `group`, which is sent with the others that follow it. */
  join(group: Group): void {
    if (this.#group === group) return;
    this.#begin();
    this.#sendGroup();
    this.#group = group;
  }

  /** Sends the group that waits, so that the server works on it while the next is made. */
  sendFull(): void {
    const group = this.#group;
    this.#group = undefined;
    group?.send();
    for (const stream of this.#corked) {
      stream.uncork();
      stream.cork();
    }
  }

  #begin(): void {
    if (this.#hasBegun) return;
    this.#hasBegun = true;
    // After the promises that are settled in this tick too, whose callers may go on with another command.
    process.nextTick(() => this.#end());
  }

  #end(): void {
    this.#sendGroup();
    for (const stream of this.#corked) stream.uncork();
    this.#corked = [];
    this.#hasBegun = false;
    this.#hasSent = false;
  }

  #sendGroup(): void {
    if (this.#group === undefined) return;
    const group = this.#group;
    this.#group = undefined;
    this.#holdBack();
    group.send();
  }

  #holdBack(): void {
    if (this.#hasSent && this.#corked.length === 0) {
      this.#corked = this.#streams();
      for (const stream of this.#corked) stream.cork();
    }
    this.#hasSent = true;
  }
}
