import { setTimeout as sleep } from "node:timers/promises";

/** What the values come from: slow, and able to make only so many at a time. Who comes then stands in line. */
export class Origin {
  calls = 0;
  readonly #tookMs: number;
  readonly #waiting: (() => void)[] = [];
  #free: number;

  constructor({ tookMs, atOnce }: { tookMs: number; atOnce: number }) {
    this.#tookMs = tookMs;
    this.#free = atOnce;
  }

  async make(): Promise<void> {
    this.calls += 1;
    if (this.#free === 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#free -= 1;
    await sleep(this.#tookMs);
    const next = this.#waiting.shift();
    if (next === undefined) this.#free += 1;
    else next();
  }
}
