/** A field of a message: its name, as it was written, and one line's value. */
export type HeaderPair = readonly [name: string, value: string];

/** What reads fields: a `Headers`, a `HeaderList`, or an adapter's own over its framework's request. */
export interface HeaderReader {
  /** Returns the field's lines, joined by a comma and a space, in order; `null` where there is none. */
  get(name: string): string | null;
  has(name: string): boolean;
}

/** What also reads the lines of a field one by one. */
export interface LineReader extends HeaderReader {
  /** Returns the value of each line of the field. `Set-Cookie` can be read in no other way, since it may hold commas. */
  getAll(name: string): string[];
}

/**
 * The fields of a response, one for each line, in their order and with their names as they were written. Names are
 * compared without regard to case.
 *
 * `Headers` loses order, case and the lines of a repeated field, all of which a stored response is to keep.
 */
export class HeaderList implements LineReader {
  #kept: Kept;

  constructor(pairs?: Iterable<HeaderPair>) {
    const lines: string[] = [];
    if (pairs !== undefined) for (const [name, value] of pairs) lines.push(name, value);
    this.#kept = keptOf(lines);
  }

  /** Takes over a list of name, value, name, value. */
  static ofLines(lines: string[]): HeaderList {
    const list = new HeaderList();
    list.#kept.lines = lines;
    return list;
  }

  get(name: string): string | null {
    const { lines } = this.#kept;
    const wanted = name.toLowerCase();
    let found: string | null = null;
    for (let at = 0; at < lines.length; at += 2) {
      if (!isNamed(lines, at, wanted)) continue;
      const value = lines[at + 1] as string;
      found = found === null ? value : `${found}, ${value}`;
    }
    return found;
  }

  getAll(name: string): string[] {
    const { lines } = this.#kept;
    const wanted = name.toLowerCase();
    const values: string[] = [];
    for (let at = 0; at < lines.length; at += 2) {
      if (isNamed(lines, at, wanted)) values.push(lines[at + 1] as string);
    }
    return values;
  }

  has(name: string): boolean {
    const { lines } = this.#kept;
    const wanted = name.toLowerCase();
    for (let at = 0; at < lines.length; at += 2) if (isNamed(lines, at, wanted)) return true;
    return false;
  }

  /** Makes one line of the field, where its first was, or last. */
  set(name: string, value: string): void {
    const lines = this.#own();
    const wanted = name.toLowerCase();
    for (let at = 0; at < lines.length; at += 2) {
      if (!isNamed(lines, at, wanted)) continue;
      lines[at + 1] = value;
      deleteFrom(lines, at + 2, wanted);
      return;
    }
    lines.push(name, value);
  }

  append(name: string, value: string): void {
    this.#own().push(name, value);
  }

  delete(name: string): void {
    deleteFrom(this.#own(), 0, name.toLowerCase());
  }

  /** Returns a list without the fields, named in lower case, that `isLeftOut` says. */
  without(isLeftOut: (name: string) => boolean): HeaderList {
    const { lines } = this.#kept;
    const left: string[] = [];
    for (let at = 0; at < lines.length; at += 2) {
      const name = lines[at] as string;
      if (!isLeftOut(name.toLowerCase())) left.push(name, lines[at + 1] as string);
    }
    return HeaderList.ofLines(left);
  }

  /**
   * Returns each field once, by its name as it is written first: its line, or all of them where there are several. Not to be
   * changed: it may be that of other lists.
   */
  fields(): Map<string, string | string[]> {
    const kept = this.#kept;
    if (kept.fields !== undefined) return kept.fields;
    const fields = fieldsOf(kept.lines);
    // Frameworks hand out what they were given: the lines of a repeated field are a list that somebody might add to.
    if (fields.size * 2 === kept.lines.length) kept.fields = fields;
    return fields;
  }

  /** Returns each field once, as `fields` does, by its name in lower case. */
  lowerFields(): readonly LowerField[] {
    const kept = this.#kept;
    if (kept.lowerFields !== undefined) return kept.lowerFields;
    const fields = Array.from(this.fields(), ([name, value]): LowerField => [name.toLowerCase(), value]);
    if (kept.fields !== undefined) kept.lowerFields = fields;
    return fields;
  }

  /** Returns a list of the same fields. It shares what it was made of until one of the two is changed. */
  clone(): HeaderList {
    const list = new HeaderList();
    this.#kept.isShared = true;
    list.#kept = this.#kept;
    return list;
  }

  /** Returns name, value, name, value. */
  lines(): string[] {
    return [...this.#kept.lines];
  }

  *[Symbol.iterator](): IterableIterator<HeaderPair> {
    const { lines } = this.#kept;
    for (let at = 0; at < lines.length; at += 2) yield [lines[at] as string, lines[at + 1] as string];
  }

  /** Returns lines that may be changed. */
  #own(): string[] {
    const { lines, isShared } = this.#kept;
    this.#kept = keptOf(isShared ? [...lines] : lines);
    return this.#kept.lines;
  }
}

/** What one list is made of, or several of which none has been changed since. */
interface Kept {
  /** Name, value, name, value: the form that `writeHead` of node:http takes, and JSON is quickest with. */
  lines: string[];
  isShared: boolean;
  fields: Map<string, string | string[]> | undefined;
  lowerFields: readonly LowerField[] | undefined;
}

type LowerField = readonly [name: string, value: string | string[]];

function keptOf(lines: string[]): Kept {
  return { lines, isShared: false, fields: undefined, lowerFields: undefined };
}

function isNamed(lines: readonly string[], at: number, wanted: string): boolean {
  const name = lines[at] as string;
  return name.length === wanted.length && (name === wanted || name.toLowerCase() === wanted);
}

function fieldsOf(lines: readonly string[]): Map<string, string | string[]> {
  const fields = new Map<string, string | string[]>();
  for (let at = 0; at < lines.length; at += 2) {
    const name = firstNameOf(lines, at);
    const value = lines[at + 1] as string;
    const known = fields.get(name);
    fields.set(name, known === undefined ? value : [known, value].flat());
  }
  return fields;
}

/** Returns the name of the line, as it is written where it comes first. */
function firstNameOf(lines: readonly string[], at: number): string {
  const name = lines[at] as string;
  const wanted = name.toLowerCase();
  for (let before = 0; before < at; before += 2)
    if (isNamed(lines, before, wanted)) return lines[before] as string;
  return name;
}

function deleteFrom(lines: string[], start: number, wanted: string): void {
  let kept = start;
  for (let at = start; at < lines.length; at += 2) {
    if (isNamed(lines, at, wanted)) continue;
    lines[kept] = lines[at] as string;
    lines[kept + 1] = lines[at + 1] as string;
    kept += 2;
  }
  lines.length = kept;
}
