import { randomUUID } from "node:crypto";
import { type Awaitable, whenReady } from "./awaitable.js";
import { elapsed, startTimer, type Timer } from "./clock.js";
import type { Engine, Loaded } from "./engine.js";
import { growingDelays, sleep } from "./sleep.js";

/** How often a lease is renewed in its time. */
const RENEWALS = 3;
/** The part of a lease's time that is left to run out: what is sent in it might arrive when the lease is another's. */
const MARGIN = 1 / 4;
/** What is longer, a timer takes for no delay at all. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** What a lease is about, and for how long it is taken. */
export interface LeaseTerms {
  readonly loaded: Loaded;
  /** The stored key that stands for what is leased. */
  readonly key: string;
  readonly ttlMs: number;
  /** Whether it is renewed by itself until it is released. */
  readonly renewed: boolean;
}

/**
 * The sole right to something, for a time, among all who use the store: a token of its owner's, put by the backend's
 * atomic `add` where no other is, and dropped by the store when the time is over.
 *
 * The owner reckons its time from before it asked for it, so it stops before the store does. Since a backend cannot
 * compare and delete at once, the token is compared first, and deleted only while more time is left than a command
 * takes to arrive.
 */
export class Lease {
  /** Tells this owner from all others. */
  readonly token = randomUUID();
  readonly #engine: Engine;
  readonly #terms: LeaseTerms;
  /** Made when somebody asks for its signal: most leases are released before. */
  #controller: AbortController | undefined;
  #isLost = false;
  #ttlMs: number;
  #until = 0;
  #ending: Timer | undefined;
  #renewing: Timer | undefined;
  #releasing: Promise<boolean> | undefined;
  /** Whether it is renewed by itself still. */
  #isRenewed: boolean;

  private constructor(engine: Engine, terms: LeaseTerms) {
    this.#engine = engine;
    this.#terms = terms;
    this.#ttlMs = terms.ttlMs;
    this.#isRenewed = terms.renewed;
  }

  /** Takes a lease, unless another has it. */
  static async take(engine: Engine, terms: LeaseTerms): Promise<Lease | undefined> {
    const lease = new Lease(engine, terms);
    return (await lease.#add()) ? lease : undefined;
  }

  /**
   * Takes a lease, when its owner of now has given it back or died; `undefined` where that is not within `waitMs`. It looks
   * every `lookMs` at least, or as often as for what takes its time.
   */
  static async wait(
    engine: Engine,
    terms: LeaseTerms,
    waitMs: number | null,
    lookMs?: number,
  ): Promise<Lease | undefined> {
    const until = waitMs === null ? Number.POSITIVE_INFINITY : elapsed() + waitMs;
    for (const delay of growingDelays(lookMs)) {
      const lease = await Lease.take(engine, terms);
      if (lease !== undefined) return lease;
      const leftMs = until - elapsed();
      if (leftMs <= 0) return undefined;
      await sleep(Math.min(delay, leftMs), engine.closing);
    }
    return undefined;
  }

  /** Whether the time it was taken or renewed for is not over. Asks the clock, not the store. */
  get isHeld(): boolean {
    return elapsed() < this.#until;
  }

  /** Aborted when it is released or lost. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#isLost) this.#controller.abort();
    return this.#controller.signal;
  }

  /** Whether it is this owner's in the store too, and will be for as long as a command takes. */
  async confirm(): Promise<boolean> {
    if (this.#leftMs <= this.#marginMs) return false;
    const isOwn = await this.#isOwn();
    return isOwn && this.#leftMs > this.#marginMs;
  }

  /** Gives it its time, or another, from now on: `false` where it was lost already. */
  async renew(ttlMs = this.#ttlMs): Promise<boolean> {
    const { loaded, key } = this.#terms;
    // Before, so that no other's is touched; and after, since it may have become another's in between.
    if (!(await this.confirm())) return this.#lose();
    const asked = elapsed();
    const touched = await this.#engine.write(loaded, [key], () => loaded.backend.touch(key, ttlMs));
    // It may have been given back meanwhile.
    if (!touched || !(await this.#isOwn()) || !this.isHeld) return this.#lose();
    this.#hold(asked, ttlMs);
    return true;
  }

  /** Gives it back: `true` where it was this owner's until now. It is not renewed any more, whatever the store says. */
  release(): Promise<boolean> {
    this.#isRenewed = false;
    this.#renewing?.stop();
    // Once at a time: after the first of two, it may be another's that the second finds to be dropped.
    this.#releasing ??= this.#release().finally(() => {
      this.#releasing = undefined;
    });
    return this.#releasing;
  }

  /** Gives it back, or lets it run out where the store cannot be told. */
  async letGo(): Promise<void> {
    await this.release().catch(() => {});
  }

  get #leftMs(): number {
    return this.#until - elapsed();
  }

  get #marginMs(): number {
    return Math.min(this.#ttlMs * MARGIN, this.#engine.config.backendConfig.operationTimeoutMs);
  }

  async #add(): Promise<boolean> {
    const { loaded, key } = this.#terms;
    const payload = loaded.own.encode(key, this.token, this.#ttlMs);
    const asked = elapsed();
    const added = await this.#engine.write(loaded, [key], () =>
      loaded.backend.add(key, payload, this.#ttlMs),
    );
    if (added) this.#hold(asked, this.#ttlMs);
    return added;
  }

  async #release(): Promise<boolean> {
    const { loaded, key } = this.#terms;
    if (!this.isHeld) return this.#lose();
    const wasOwn = await this.#engine.write(loaded, [key], () =>
      whenReady(this.#isOwn(), (isOwn) => {
        const mayDelete = isOwn && this.#leftMs > this.#marginMs;
        return mayDelete ? whenReady(loaded.backend.delete(key), () => true) : isOwn;
      }),
    );
    this.#lose();
    return wasOwn;
  }

  #isOwn(): Awaitable<boolean> {
    const { loaded, key } = this.#terms;
    return whenReady(loaded.backend.peek(key), (payload) => loaded.own.decode(key, payload) === this.token);
  }

  #hold(asked: number, ttlMs: number): void {
    this.#ttlMs = ttlMs;
    this.#until = asked + ttlMs;
    this.#engine.leases.add(this);
    this.#endLater();
    this.#renewLater();
  }

  #endLater(): void {
    this.#ending?.stop();
    const delay = Math.min(Math.ceil(this.#leftMs), LONGEST_TIMER_MS);
    this.#ending = startTimer(() => (this.isHeld ? this.#endLater() : this.#lose()), delay).unref();
  }

  #renewLater(): void {
    if (!this.#isRenewed) return;
    this.#renewing?.stop();
    const delay = Math.min(this.#ttlMs / RENEWALS, LONGEST_TIMER_MS);
    this.#renewing = startTimer(() => {
      // What the store could not be told this time, it may be the next.
      this.renew().catch(() => this.isHeld && this.#renewLater());
    }, delay).unref();
  }

  #lose(): false {
    this.#until = 0;
    this.#ending?.stop();
    this.#renewing?.stop();
    this.#engine.leases.delete(this);
    this.#isLost = true;
    this.#controller?.abort();
    return false;
  }
}
