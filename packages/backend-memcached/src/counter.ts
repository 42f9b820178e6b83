/*
 * The server counts with unsigned numbers of 64 bits, stops at zero, and pads a number that loses a digit. A counter is
 * kept there as decimal text of itself plus 2^62: that has 19 digits for each safe integer, and never comes near zero.
 * Nor does it reach 2^63: from there on memcached looks for a minus sign, also in what its memory holds behind the
 * digits, and takes a number for none where it finds one.
 * The flags of the entry, which counting leaves alone, tell it from bytes and hold when it expires.
 */
const BIAS = 2n ** 62n;
const BIAS_HIGH = 2 ** 30;
const WORD = 2 ** 32;
const DIGITS = /^4[0-9]{18}$/;

/** Flags: no counter; a counter that never expires; else the time it expires at, in seconds since 1970. */
export const BYTES = 0;
const ENDLESS = 1;
const LATEST = WORD - 1;

/** Returns the text that the server keeps for a counter. */
export function writeCounter(value: number): Buffer {
  return Buffer.from(String(BigInt(value) + BIAS), "latin1");
}

/** Returns the counter that is kept as `text`; `undefined` where that is no counter. */
export function readCounter(text: Buffer): number | undefined {
  if (text.length !== 19) return undefined;
  const digits = text.toString("latin1");
  if (!DIGITS.test(digits)) return undefined;
  const value = Number(BigInt(digits) - BIAS);
  return Number.isSafeInteger(value) ? value : undefined;
}

/** Returns the counter in the reply to counting; no safe integer where the sum is none. */
export function readSum(sum: Buffer): number {
  return (sum.readUInt32BE(0) - BIAS_HIGH) * WORD + sum.readUInt32BE(4);
}

/** Returns the amount to count by as the server takes it: the upper and the lower half of its 64 bits. */
export function amountWords(amount: number): readonly [number, number] {
  return [Math.floor(amount / WORD), amount % WORD];
}

/** Returns the flags of a counter that lives for `ttlMs`. */
export function counterFlags(ttlMs: number | null): number {
  if (ttlMs === null) return ENDLESS;
  const seconds = Math.ceil((Date.now() + ttlMs) / 1_000);
  return seconds > LATEST ? ENDLESS : seconds;
}

/** Returns the milliseconds that a counter with these flags has left, above zero as long as it is there. */
export function counterTtlMs(flags: number): number | null {
  return flags === ENDLESS ? null : Math.max(1, flags * 1_000 - Date.now());
}
