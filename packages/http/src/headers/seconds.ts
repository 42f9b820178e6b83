import { ArgumentError, describe, isTimeout, toTtlMs } from "@cullet/core";
import { MAX_DELTA_SECONDS } from "../fields/delta-seconds.js";

/**
 * Returns `timeout` in the whole seconds that a field can say, rounded down, from 0 to `MAX_DELTA_SECONDS`.
 *
 * @param option what to call it in the message of an error.
 * @throws TypeError naming the option and what came, if it is no timeout.
 */
export function wholeSeconds(timeout: unknown, option: string): number {
  if (!isTimeout(timeout))
    throw new ArgumentError(`${option} must be seconds, or a string like "5m"; got ${describe(timeout)}`);
  const ttlMs = toTtlMs(timeout);
  return ttlMs === null ? MAX_DELTA_SECONDS : Math.min(Math.floor(ttlMs / 1_000), MAX_DELTA_SECONDS);
}
