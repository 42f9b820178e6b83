import { describe, quote } from "../describe.js";

// What comes before the password: the text up to a colon, behind the scheme where there is one.
const PASSWORD = /(^[^:]*:(?!\/\/)|:\/\/[^:]*:).*@/s;
const TOKEN = /:\/\/[^/?:]+@/;
const QUERY = /\?.*/s;
const SECRET_NAME = /pass|pwd|secret|token|auth|credential/i;

/**
 * Returns `text`, which may be a URI or a location, with what may be a password in it replaced by `***`, and without
 * the arguments of a URI. Rather too much goes than too little, since a password need not be well encoded.
 */
export function redact(text: string): string {
  return text.replace(PASSWORD, "$1***@").replace(TOKEN, "://***@").replace(QUERY, "?…");
}

/** Says what the setting `name` was given, like `describe`, without passwords. */
export function describeSetting(name: string, value: unknown): string {
  if (typeof value === "string") return SECRET_NAME.test(name) ? "a string" : quote(redact(value));
  if (typeof value === "number" && SECRET_NAME.test(name)) return "a number";
  return describe(value);
}
