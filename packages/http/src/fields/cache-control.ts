import { BoundedMap } from "../bounded-map.js";
import { parseDeltaSeconds } from "./delta-seconds.js";
import { isToken, splitMembers, TOKEN, trim } from "./field-list.js";

/** One directive of Cache-Control. */
export interface Directive {
  /** In lower case. */
  readonly name: string;
  /** What stands behind `=`, quotes included; `undefined` where nothing does. */
  readonly argument: string | undefined;
}

/** A directive whose argument may be a list of field names, which it then is about, instead of the whole response. */
export type QualifiedDirective = "private" | "no-cache";

const DIRECTIVE = new RegExp(`^(${TOKEN})(?:=(.*)|(.+))?$`, "s");
const QUOTED = /^"([^"\\]*)"$/;

/**
 * Returns the directives of a Cache-Control field (RFC 9111 §5.2) in their order, repeated ones too.
 *
 * What is malformed is read so that nothing that forbids is lost: a semicolon separates like a comma, a member is named
 * by the token it begins with, and whatever else follows that is an argument that means nothing.
 */
export function parseDirectives(field: string | null): readonly Directive[] {
  return field === null ? [] : (shortFields.get(field) ?? readDirectives(field));
}

// A site says the same few things of all its pages.
const REMEMBERED = 64;
const SHORT = 256;
const shortFields = new BoundedMap<string, readonly Directive[]>(REMEMBERED);
const shortControls = new BoundedMap<string, CacheControl>(REMEMBERED);

function readDirectives(field: string): readonly Directive[] {
  const directives = splitMembers(field, ",;").flatMap((member) => {
    const [, name, argument, rest] = DIRECTIVE.exec(member) ?? [];
    return name === undefined ? [] : [{ name: name.toLowerCase(), argument: argument ?? rest }];
  });
  if (field.length <= SHORT) shortFields.set(field, directives);
  return directives;
}

/** Writes `directives` as the value of a Cache-Control field. */
export function formatDirectives(directives: readonly Directive[]): string {
  return directives
    .map(({ name, argument }) => (argument === undefined ? name : `${name}=${argument}`))
    .join(", ");
}

/** What a Cache-Control field says, whichever way it is spelled. */
export class CacheControl {
  static readonly #NOTHING = new CacheControl([]);
  readonly #arguments = new Map<string, (string | undefined)[]>();

  constructor(directives: readonly Directive[]) {
    for (const { name, argument } of directives) {
      const said = this.#arguments.get(name);
      if (said === undefined) this.#arguments.set(name, [argument]);
      else said.push(argument);
    }
  }

  /** Reads a field; `null`, a missing one, says nothing. */
  static parse(field: string | null): CacheControl {
    if (field === null) return CacheControl.#NOTHING;
    const known = shortControls.get(field);
    if (known !== undefined) return known;
    const control = new CacheControl(parseDirectives(field));
    if (field.length <= SHORT) shortControls.set(field, control);
    return control;
  }

  /** Whether the directive is there, with an argument or without. */
  has(name: string): boolean {
    return this.#arguments.has(name);
  }

  /** Whether the directive is there without an argument, as a client's `max-stale` of any age. */
  isBare(name: string): boolean {
    return this.#arguments.get(name)?.includes(undefined) ?? false;
  }

  /**
   * Returns the seconds of the directive, `undefined` where it is missing. Of several the smallest counts, and one that
   * is no delta-seconds counts as 0: a lifetime that cannot be read is over (RFC 9111 §4.2.1).
   */
  seconds(name: string): number | undefined {
    const said = this.#arguments.get(name);
    if (said === undefined) return undefined;
    return said.reduce<number>(
      (least, argument) => Math.min(least, parseDeltaSeconds(argument) ?? 0),
      Number.POSITIVE_INFINITY,
    );
  }

  /**
   * Whether the directive is about the whole response: without field names, with anything that is not a quoted list of
   * them, or repeated.
   */
  isUnqualified(name: QualifiedDirective): boolean {
    return this.has(name) && this.fieldNames(name).length === 0;
  }

  /** Returns the fields, in lower case, that the directive is about; none where it is missing or unqualified. */
  fieldNames(name: QualifiedDirective): readonly string[] {
    const said = this.#arguments.get(name);
    if (said === undefined) return [];
    const [argument, ...others] = said;
    const [, quoted = ""] = QUOTED.exec(argument ?? "") ?? [];
    const names = quoted.toLowerCase().split(",").map(trim);
    return others.length === 0 && trim(quoted) === quoted && names.every(isToken) ? names : [];
  }
}
