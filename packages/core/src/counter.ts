import { quote } from "./describe.js";
import { NotAnIntegerError } from "./errors.js";
import { isInteger } from "./values/integer.js";

/**
 * Returns `value + delta` for the counter at `key`.
 *
 * @throws NotAnIntegerError where `value` is no integer, or the sum is outside ±(2^53 - 1).
 */
export function addDelta(key: string, value: unknown, delta: number): number {
  if (!isInteger(value)) {
    throw new NotAnIntegerError(`incr needs an integer at ${quote(key)}; the value there is none`);
  }
  const sum = value + delta;
  if (!Number.isSafeInteger(sum)) {
    throw new NotAnIntegerError(
      `incr of ${quote(key)} by ${delta} leaves the safe integers; the value stays`,
    );
  }
  return sum;
}
