import { Buffer } from "node:buffer";

const LONGEST = "-9007199254740991".length;
const CANONICAL = /^(?:0|-?[1-9][0-9]*)$/;

/** Whether `value` is an integer that every store can count with: safe, and not -0. */
export function isInteger(value: unknown): value is number {
  return Number.isSafeInteger(value) && !Object.is(value, -0);
}

/** Returns the decimal digits of an integer. */
export function writeDecimal(integer: number): Buffer {
  return Buffer.from(String(integer), "latin1");
}

/** Returns the integer that `bytes` are the decimal digits of, in the one way to write it; else `undefined`. */
export function readDecimal(bytes: Buffer): number | undefined {
  if (bytes.length > LONGEST) return undefined;
  const digits = bytes.toString("latin1");
  const integer = CANONICAL.test(digits) ? Number(digits) : undefined;
  return Number.isSafeInteger(integer) ? integer : undefined;
}
