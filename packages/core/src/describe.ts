const SHOWN_LENGTH = 80;

/**
 * Says what `value` is, for the message of an error that complains of it: short, on one line, and never the content
 * of an object, which may be a cached value or hold a password.
 */
export function describe(value: unknown): string {
  if (typeof value === "string") return quote(value);
  if (value === null || typeof value !== "object") {
    return typeof value === "bigint"
      ? `${value}n`
      : typeof value === "function"
        ? "a function"
        : String(value);
  }
  if (Array.isArray(value)) return "an array";
  const name = value.constructor?.name;
  return name === undefined || name === "Object" ? "an object" : `an instance of ${name}`;
}

/** Puts `text` between quotes, escaped and cut to a readable length. */
export function quote(text: string): string {
  return JSON.stringify(text.length > SHOWN_LENGTH ? `${text.slice(0, SHOWN_LENGTH)}…` : text);
}
