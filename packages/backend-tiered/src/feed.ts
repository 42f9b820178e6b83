import { type ChangeListener, ClosedError, type Stop } from "@cullet/core";
import type { NearTier } from "./near-tier.js";

/** What a feed must know. */
export interface FeedOptions {
  readonly near: NearTier;
  /** Begins to tell of changes; returns `undefined` where nobody does. */
  listen(listener: ChangeListener): Stop | undefined;
  /** The longest that a copy is used, in milliseconds. @default what `TIMEOUT_MS` says */
  readonly timeoutMs: number | undefined;
}

interface Waiting {
  resolve(): void;
  reject(reason: Error): void;
}

/** How long a copy is used at most, unless configured, in milliseconds. */
const TIMEOUT_MS = { told: 60_000, untold: 5_000 };

/** Keeps the near tier in step with what is told of changes. Where nobody tells, only its timeout bounds it. */
export class Feed {
  readonly #options: FeedOptions;
  readonly #waiting = new Set<Waiting>();
  #stop: Stop | undefined;
  #hasBegun = false;

  constructor(options: FeedOptions) {
    this.#options = options;
  }

  /** Begins to listen, the first time it is called. */
  begin(): void {
    if (this.#hasBegun) return;
    this.#hasBegun = true;
    const { near, listen, timeoutMs } = this.#options;
    this.#stop = listen({
      changed: (keys) => near.drop(keys),
      listening: () => {
        if (near.isTrusted) near.dropAll();
        near.trust(timeoutMs ?? TIMEOUT_MS.told);
        this.#settle(({ resolve }) => resolve());
      },
      deaf: (reason) => {
        near.distrust();
        this.#settle(({ reject }) => reject(reason));
      },
    });
    if (this.#stop === undefined) near.trust(timeoutMs ?? TIMEOUT_MS.untold);
  }

  /** Waits until the near tier may be used; rejects with why it may not. */
  ready(): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      this.#waiting.add({ resolve, reject });
      this.begin();
      if (this.#options.near.isTrusted) resolve();
    });
  }

  close(): void {
    this.#hasBegun = true;
    this.#stop?.();
    this.#settle(({ reject }) =>
      reject(new ClosedError("the cache was closed while it waited for its store")),
    );
  }

  #settle(settle: (waiting: Waiting) => void): void {
    for (const waiting of this.#waiting) settle(waiting);
    this.#waiting.clear();
  }
}
