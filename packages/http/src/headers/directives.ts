import { ArgumentError, describe, type Timeout } from "@cullet/core";
import type { Directive } from "../fields/cache-control.js";
import { isToken } from "../fields/field-list.js";
import { wholeSeconds } from "./seconds.js";

/** What a directive may be told. `false`, `null` and `undefined` leave it as it is. */
type Setting<Value = never> = Value | boolean | null | undefined;

/** The fields that a directive is about: text that is written as it stands, or a list of names. */
type FieldNames = string | readonly string[];

/** Directives of Cache-Control, in camelCase. One that is not among these is written under its name. */
export interface CacheControlDirectives {
  public?: Setting;
  /** `true` for the whole response, or the fields that it is about. */
  private?: Setting<FieldNames>;
  /** `true` for the whole response, or the fields that it is about, which join those that are there. */
  noCache?: Setting<FieldNames>;
  noStore?: Setting;
  noTransform?: Setting;
  mustRevalidate?: Setting;
  proxyRevalidate?: Setting;
  mustUnderstand?: Setting;
  immutable?: Setting;
  /** Seconds. One that is there already stays where it is smaller. */
  maxAge?: Timeout | false;
  /** Seconds, for shared caches. */
  sMaxage?: Timeout | false;
  /** Seconds. */
  staleWhileRevalidate?: Timeout | false;
  /** Seconds. */
  staleIfError?: Timeout | false;
  [extension: string]: Setting<number | FieldNames>;
}

const IN_SECONDS: ReadonlySet<string> = new Set([
  "max-age",
  "s-maxage",
  "stale-while-revalidate",
  "stale-if-error",
]);

const ARGUMENT = /^(?:[^\s",;\\]+|"(?:[^"\\\r\n]|\\[^\r\n])*")$/;

/**
 * Returns `directives` as Cache-Control has them.
 *
 * @throws TypeError naming the directive and what came, where that cannot be written.
 */
export function readDirectives(directives: CacheControlDirectives): Directive[] {
  return Object.entries(directives).flatMap(([option, setting]) => {
    if (setting === undefined || setting === null || setting === false) return [];
    const name = directiveName(option);
    return [{ name, argument: IN_SECONDS.has(name) ? seconds(setting, option) : argument(setting, option) }];
  });
}

function directiveName(option: string): string {
  const name = option
    .replaceAll("_", "-")
    .replace(/(?<=[a-z])[A-Z]/g, "-$&")
    .toLowerCase();
  if (!isToken(name))
    throw new ArgumentError(`a directive of Cache-Control must be a token; got ${describe(option)}`);
  // The one name in which a word of several is not set off.
  return name === "s-max-age" ? "s-maxage" : name;
}

function seconds(setting: Setting<number | FieldNames>, option: string): string {
  return String(wholeSeconds(setting, option));
}

function argument(setting: Setting<number | FieldNames>, option: string): string | undefined {
  if (setting === true) return undefined;
  if (Array.isArray(setting) && setting.length > 0 && setting.every(isToken))
    return `"${setting.join(", ")}"`;
  const text = typeof setting === "number" ? String(setting) : setting;
  if (typeof text === "string" && ARGUMENT.test(text)) return text;
  throw new ArgumentError(
    `${option} must be true, a token or a list of field names; got ${describe(setting)}`,
  );
}
