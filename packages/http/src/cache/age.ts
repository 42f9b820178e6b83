import type { Entry } from "../entry/entry.js";

/** Returns how old `entry` is at `now`, in seconds (RFC 9111 §4.2.3, current_age). */
export function ageOf({ times }: Entry, now: number): number {
  return times.initialAge + Math.max(0, now - times.storedAt) / 1_000;
}
