import { setImmediate } from "node:timers/promises";
import { checkOptions } from "../call-options.js";
import { type Clock, elapsed, now, setStandInClock, standInClock, startTimer, type Timer } from "../clock.js";
import { describe } from "../describe.js";
import { ArgumentError, UnsupportedError } from "../errors.js";
import type { Span } from "../make-options.js";
import { windowMs } from "../timeout.js";

const OPTIONS: readonly string[] = ["now"];

/** What a fake clock may be told. */
export interface FakeClockOptions {
  /** The time at which it stands at first: milliseconds since 1970, or a date. @default the real time */
  now?: number | Date;
}

/**
 * Stops the clock of all caches in this process, until it is disposed of: what core and the backends keep time of
 * themselves goes by it. What a server keeps time of, and how long a server is waited for, does not.
 *
 * @throws TypeError where `now` is no time.
 * @throws UnsupportedError where there is a fake clock already.
 */
export function fakeClock(options: FakeClockOptions = {}): FakeClock {
  checkOptions(options, OPTIONS, "an object");
  const time = options.now === undefined ? now() : toTime(options.now, "now");
  if (standInClock() !== undefined) {
    throw new UnsupportedError("there is a fake clock already, which must be disposed of first");
  }
  // Whole milliseconds, of which sums and differences are exact.
  const ticker = new Ticker(time, Math.ceil(elapsed()));
  setStandInClock(ticker);
  return new FakeClock(ticker);
}

/** A clock that stands still until it is told to go on. */
export class FakeClock implements Disposable {
  readonly #ticker: Ticker;

  /** @internal Made by `fakeClock`. */
  constructor(ticker: Ticker) {
    this.#ticker = ticker;
  }

  /** Milliseconds since 1970. */
  get now(): number {
    return this.#ticker.now;
  }

  /**
   * Lets time go by: seconds, or a string with a unit. What falls due on the way is done, one after another, each at its
   * time and with all that this process can do of it without waiting for a server.
   *
   * @throws TypeError where `span` is no span of time.
   */
  async advance(span: Span): Promise<void> {
    await this.#ticker.goOn(windowMs(span, "span"));
  }

  /**
   * Puts the clock to a time, ahead or back, as if somebody had set it: entries expire by it, but nothing falls due.
   *
   * @throws TypeError where `time` is neither milliseconds since 1970 nor a date.
   */
  set(time: number | Date): void {
    this.#ticker.now = toTime(time, "time");
  }

  /** Brings the real clock back. What has yet to fall due does so by that, in the time that it had left. */
  [Symbol.dispose](): void {
    if (standInClock() !== this.#ticker) return;
    setStandInClock(undefined);
    this.#ticker.handOver();
  }
}

/** What core asks for the time while a fake clock is in force. */
class Ticker implements Clock {
  now: number;
  elapsed: number;
  readonly #waiting = new Set<FakeTimer>();

  constructor(time: number, elapsed: number) {
    this.now = time;
    this.elapsed = elapsed;
  }

  startTimer(task: () => void, delayMs: number): Timer {
    return new FakeTimer(this.#waiting, task, this.elapsed + delayMs);
  }

  async goOn(ms: number): Promise<void> {
    const until = this.elapsed + ms;
    // What was begun before may yet have to start its timers.
    await setImmediate();
    for (let next = this.#nextBy(until); next !== undefined; next = this.#nextBy(until)) {
      this.#moveTo(next.dueAt);
      next.run();
      await setImmediate();
    }
    this.#moveTo(until);
  }

  handOver(): void {
    for (const timer of this.#waiting) timer.goOnAfter(timer.dueAt - this.elapsed);
  }

  /** The timer that falls due before all others, if that is by `until`; of several, the one that was started first. */
  #nextBy(until: number): FakeTimer | undefined {
    let next: FakeTimer | undefined;
    for (const timer of this.#waiting) {
      if (timer.dueAt <= until && (next === undefined || timer.dueAt < next.dueAt)) next = timer;
    }
    return next;
  }

  #moveTo(elapsed: number): void {
    const ms = Math.max(0, elapsed - this.elapsed);
    this.elapsed += ms;
    this.now += ms;
  }
}

/** A timer of a fake clock, and of the real one when that is back. */
class FakeTimer implements Timer {
  readonly dueAt: number;
  readonly #waiting: Set<FakeTimer>;
  readonly #task: () => void;
  #isUnreferenced = false;
  #real: Timer | undefined;

  constructor(waiting: Set<FakeTimer>, task: () => void, dueAt: number) {
    this.#waiting = waiting;
    this.#task = task;
    this.dueAt = dueAt;
    waiting.add(this);
  }

  unref(): this {
    this.#isUnreferenced = true;
    this.#real?.unref();
    return this;
  }

  stop(): void {
    this.#waiting.delete(this);
    this.#real?.stop();
  }

  run(): void {
    this.#waiting.delete(this);
    this.#task();
  }

  goOnAfter(delayMs: number): void {
    this.#waiting.delete(this);
    this.#real = startTimer(this.#task, delayMs);
    if (this.#isUnreferenced) this.#real.unref();
  }
}

function toTime(given: unknown, option: string): number {
  const time = given instanceof Date ? given.getTime() : given;
  if (typeof time === "number" && Number.isFinite(time)) return time;
  throw new ArgumentError(`${option} must be milliseconds since 1970 or a date; got ${describe(given)}`);
}
