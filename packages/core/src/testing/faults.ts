import { OPERATIONS, type Operation } from "../backend/wrapped-backend.js";
import { checkOptions } from "../call-options.js";
import { describe } from "../describe.js";
import { ArgumentError } from "../errors.js";
import { numberOf, type Span } from "../make-options.js";
import { windowMs } from "../timeout.js";

const OPTIONS: readonly string[] = ["errors", "hangs", "delays", "delay", "operations"];

/** What goes wrong, and how often. Each part is from 0, never, to 1, always. */
export interface FaultOptions {
  /** The part of the calls that fail with a `BackendError`. @default 0 */
  errors?: number;
  /** The part of the calls that are never answered, so that they end with the `operationTimeout`. @default 0 */
  hangs?: number;
  /** The part of the calls that are slow, whatever becomes of them then. @default 0 */
  delays?: number;
  /** How long the slow ones take: a span of time, or the shortest and the longest. @default ["10ms", "100ms"] */
  delay?: Span | readonly [Span, Span];
  /** What this befalls: `["get", "set"]`. @default every operation */
  operations?: readonly Operation[];
}

/** What goes wrong, with every field filled. Times are milliseconds. */
export interface Faults {
  readonly errors: number;
  readonly hangs: number;
  readonly delays: number;
  readonly delayMs: readonly [number, number];
  readonly operations: ReadonlySet<Operation>;
}

/** What becomes of one call. */
export interface Fate {
  readonly delayMs: number;
  /**
   * `"answered"`: nothing. `"refused"`: the store did not do it, and says so. `"lost"`: it cannot be known whether it did.
   * `"hung"`: the same, and no answer comes.
   */
  readonly outcome: "answered" | "refused" | "lost" | "hung";
  /** Whether the store has done it where the caller does not learn of it. */
  readonly isDone: boolean;
}

/**
 * Returns what `options` ask for.
 *
 * @throws TypeError naming the option and what came.
 */
export function toFaults(options: FaultOptions): Faults {
  checkOptions(options, OPTIONS, "an object");
  const { errors = 0, hangs = 0, delays = 0, delay = ["10ms", "100ms"], operations = OPERATIONS } = options;
  for (const [option, part] of Object.entries({ errors, hangs, delays })) numberOf(part, option, 1);
  if (errors + hangs > 1) {
    throw new ArgumentError(`errors and hangs must be 1 together at most; got ${errors} and ${hangs}`);
  }
  return { errors, hangs, delays, delayMs: toDelays(delay), operations: toOperations(operations) };
}

/** Draws what becomes of a call. It takes as many numbers whatever the faults are, so that these do not change the next. */
export function draw(faults: Faults, random: () => number): Fate {
  const [outcome, kind, isDone, isSlow, slowness] = [random(), random(), random(), random(), random()];
  const [shortest, longest] = faults.delayMs;
  return {
    outcome: outcomeOf(faults, outcome, kind),
    isDone: isDone < 0.5,
    delayMs: isSlow < faults.delays ? shortest + (longest - shortest) * slowness : 0,
  };
}

function outcomeOf({ errors, hangs }: Faults, drawn: number, kind: number): Fate["outcome"] {
  if (drawn < errors) return kind < 0.5 ? "refused" : "lost";
  return drawn < errors + hangs ? "hung" : "answered";
}

function toDelays(delay: Span | readonly [Span, Span]): [number, number] {
  const [shortest, longest] = (Array.isArray(delay) ? delay : [delay, delay]).map((span) =>
    windowMs(span, "delay"),
  ) as [number, number];
  if (longest >= shortest) return [shortest, longest];
  throw new ArgumentError(`delay must be the shortest and the longest; got ${describe(delay)}`);
}

function toOperations(operations: unknown): ReadonlySet<Operation> {
  const wrong = Array.isArray(operations)
    ? operations.find((name) => !OPERATIONS.includes(name))
    : operations;
  if (wrong === undefined) return new Set(operations as readonly Operation[]);
  throw new ArgumentError(`operations must be a list of ${OPERATIONS.join(", ")}; got ${describe(wrong)}`);
}
