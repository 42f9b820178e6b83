/** The first probe follows at once, the others after a time that doubles from the least to the most, in milliseconds. */
const PROBE_AFTER = { least: 50, most: 1_000 };

/** Keeps calls from a server that is down, and asks it in the background whether it is back. */
export class Breaker {
  readonly #probe: () => Promise<unknown>;
  #reason: Error | undefined;
  #timer: NodeJS.Timeout | undefined;

  /** @param probe asks the server: resolves where it answers, and rejects in good time where it does not. */
  constructor(probe: () => Promise<unknown>) {
    this.#probe = probe;
  }

  /** Why no calls are let through; `undefined` where they are. */
  get reason(): Error | undefined {
    return this.#reason;
  }

  /** Lets no more calls through until a probe is answered. */
  open(reason: Error): void {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    this.#probeAfter(0);
  }

  /** Lets calls through again, and asks no more. */
  close(): void {
    this.#reason = undefined;
    clearTimeout(this.#timer);
  }

  #probeAfter(delayMs: number): void {
    // Who waits for nothing else need not be kept alive to learn that a server is back.
    this.#timer = setTimeout(() => {
      const reason = this.#reason;
      this.#probe().then(
        () => {
          if (this.#reason === reason) this.close();
        },
        () => {
          if (this.#reason === reason) this.#probeAfter(nextDelay(delayMs));
        },
      );
    }, delayMs).unref();
  }
}

// Spread out, so that a server that comes back is not met by all at the same moment.
function nextDelay(delayMs: number): number {
  const doubled = Math.min(PROBE_AFTER.most, Math.max(PROBE_AFTER.least, delayMs * 2));
  return doubled * (0.75 + Math.random() / 4);
}
