import { trim } from "./field-list.js";

/** What longer spans count as, in seconds: some 68 years (RFC 9111 §1.2.2). */
export const MAX_DELTA_SECONDS = 2 ** 31;

const DELTA_SECONDS = /^(?:(\d+)|"(\d+)")$/;

/**
 * Returns the seconds that `argument` says, quoted or not, at most `MAX_DELTA_SECONDS`; `undefined` where it is
 * anything but digits: a sign, a fraction, a unit, nothing.
 */
export function parseDeltaSeconds(argument: string | undefined): number | undefined {
  const [, bare, quoted] = DELTA_SECONDS.exec(argument ?? "") ?? [];
  const digits = bare ?? quoted;
  return digits === undefined ? undefined : Math.min(Number(digits), MAX_DELTA_SECONDS);
}

const AGE = /^(\d+)[ \t]*(?:;.*)?$/s;

/**
 * Returns the seconds that an Age field says: its first member, whatever parameters follow, 0 where that is no number of
 * seconds (RFC 9111 §5.1), at most `MAX_DELTA_SECONDS`.
 */
export function parseAge(field: string | null): number {
  if (field === null) return 0;
  const [first = ""] = field.split(",", 1);
  const [, digits] = AGE.exec(trim(first)) ?? [];
  return digits === undefined ? 0 : Math.min(Number(digits), MAX_DELTA_SECONDS);
}
