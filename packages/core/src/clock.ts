/** Something that happens once, in a while. */
export interface Timer {
  /** Lets the process end before it is due. */
  unref(): this;
  /** Keeps it from happening. */
  stop(): void;
}

/** What tells the time. */
export interface Clock {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Milliseconds since some moment, by a clock that nobody sets. */
  readonly elapsed: number;
  startTimer(task: () => void, delayMs: number): Timer;
}

interface ClockHolder {
  clock?: Clock | undefined;
}

const HOLDER = Symbol.for("cullet.clock");

// One for the process, of which a test runner or two versions of an adapter may have loaded several copies of core.
const holder = holderOf(globalThis as { [HOLDER]?: ClockHolder });

/** Returns the time in milliseconds since 1970: what every backend asks that keeps time itself, in place of `Date.now()`. */
export function now(): number {
  return holder.clock === undefined ? Date.now() : holder.clock.now;
}

/** Returns milliseconds since some moment, by a clock that nobody sets: for how long something takes. */
export function elapsed(): number {
  return holder.clock === undefined ? performance.now() : holder.clock.elapsed;
}

/**
 * Runs `task` once, after `delayMs`: for what a backend does by its own time, as sweeping. What waits for a server takes
 * a timer of Node's, since no test can move that server's time.
 */
export function startTimer(task: () => void, delayMs: number): Timer {
  return holder.clock === undefined ? new NodeTimer(task, delayMs) : holder.clock.startTimer(task, delayMs);
}

/** The clock that stands in for the real one, if one does. */
export function standInClock(): Clock | undefined {
  return holder.clock;
}

/** Puts `clock` in the place of the real one; `undefined` brings that back. */
export function setStandInClock(clock: Clock | undefined): void {
  holder.clock = clock;
}

class NodeTimer implements Timer {
  readonly #timeout: NodeJS.Timeout;

  constructor(task: () => void, delayMs: number) {
    this.#timeout = setTimeout(task, delayMs);
  }

  unref(): this {
    this.#timeout.unref();
    return this;
  }

  stop(): void {
    clearTimeout(this.#timeout);
  }
}

function holderOf(global: { [HOLDER]?: ClockHolder }): ClockHolder {
  global[HOLDER] ??= {};
  return global[HOLDER];
}
