import { setTimeout as sleep } from "node:timers/promises";
import { type Awaitable, whenReady } from "../awaitable.js";
import type { BackendFeatures } from "../backend/features.js";
import { isWrite, type Operation, WrappedBackend } from "../backend/wrapped-backend.js";
import type { Backend } from "../config/types.js";
import { describe } from "../describe.js";
import { ArgumentError, BackendError } from "../errors.js";
import { draw, type Fate, type FaultOptions, type Faults, toFaults } from "./faults.js";
import { randomOf } from "./random.js";

/** What a chaotic backend may be told. */
export interface ChaosOptions extends FaultOptions {
  /** An integer: the same seed and the same calls, in the same order, are the same faults. @default 1 */
  seed?: number;
}

/**
 * Makes a backend that does what `backend` does, and now and then fails, is slow, or does not answer, as a store does
 * that is reached over a network.
 *
 * @throws TypeError naming the option that is wrong, and what came.
 */
export function chaos(backend: Backend, { seed = 1, ...faults }: ChaosOptions = {}): ChaosBackend {
  if (!Number.isSafeInteger(seed)) throw new ArgumentError(`seed must be an integer; got ${describe(seed)}`);
  return new ChaosBackend(backend, seed, toFaults(faults));
}

/** Another backend, on which faults come as they were drawn from a seed. */
export class ChaosBackend extends WrappedBackend {
  override features: BackendFeatures;
  readonly #random: () => number;
  #faults: Faults;

  /** @internal Made by `chaos`. */
  constructor(backend: Backend, seed: number, faults: Faults) {
    super(backend);
    this.features = unbounded(backend);
    this.#random = randomOf(seed);
    this.#faults = faults;
  }

  override load(): Awaitable<void> {
    // Until then, a backend that is made of others may not know what it can do.
    return whenReady(super.load(), () => {
      this.features = unbounded(this.wrapped);
    });
  }

  /** Lets every call through from now on. What hangs already goes on hanging. */
  calm(): void {
    this.cause({});
  }

  /**
   * Causes these faults from now on, and no others.
   *
   * @throws TypeError naming the option that is wrong, and what came.
   */
  cause(faults: FaultOptions): void {
    this.#faults = toFaults(faults);
  }

  // One fault for a listing, and not one for each key.
  override async *keys(prefix: string): AsyncGenerator<string, void, undefined> {
    await this.pass("keys", () => {});
    yield* this.wrapped.keys(prefix);
  }

  protected override pass<T>(operation: Operation, call: () => Awaitable<T>): Awaitable<T> {
    const fate = draw(this.#faults, this.#random);
    if (!this.#faults.operations.has(operation)) return call();
    if (fate.delayMs === 0) return meet(fate, operation, call);
    // A store that is slow is so by its own time, which no fake clock moves.
    return sleep(fate.delayMs).then(() => meet(fate, operation, call));
  }
}

/** Returns what `backend` can do, but to end its calls: core is to end those that hang. */
function unbounded({ features }: Backend): BackendFeatures {
  return { ...features, bounded: false };
}

function meet<T>({ outcome, isDone }: Fate, operation: Operation, call: () => Awaitable<T>): Awaitable<T> {
  if (outcome === "answered") return call();
  const indeterminate = outcome !== "refused" && isWrite(operation);
  return whenReady(indeterminate && isDone ? settled(call) : undefined, () => {
    if (outcome === "hung") return new Promise<never>(() => {});
    const reason = indeterminate ? "was lost: it may have been done" : "was refused";
    throw new BackendError(`chaos: this ${operation} ${reason}`, { indeterminate });
  });
}

/** Does what nobody learns of, not even that it failed. */
async function settled(call: () => Awaitable<unknown>): Promise<void> {
  try {
    await call();
  } catch {
    // As if the answer had been lost.
  }
}
