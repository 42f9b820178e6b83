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
  // Name, value, name, value: the form that `writeHead` of node:http takes, and JSON is quickest with.
  #lines: string[];

  constructor(pairs: Iterable<HeaderPair> = []) {
    this.#lines = [];
    for (const [name, value] of pairs) this.#lines.push(name, value);
  }

  /** Takes over a list of name, value, name, value. */
  static ofLines(lines: string[]): HeaderList {
    const list = new HeaderList();
    list.#lines = lines;
    return list;
  }

  get(name: string): string | null {
    const wanted = name.toLowerCase();
    let found: string | null = null;
    for (let at = 0; at < this.#lines.length; at += 2) {
      if (!this.#isAt(at, wanted)) continue;
      const value = this.#lines[at + 1] as string;
      found = found === null ? value : `${found}, ${value}`;
    }
    return found;
  }

  getAll(name: string): string[] {
    const wanted = name.toLowerCase();
    const values: string[] = [];
    for (let at = 0; at < this.#lines.length; at += 2) {
      if (this.#isAt(at, wanted)) values.push(this.#lines[at + 1] as string);
    }
    return values;
  }

  has(name: string): boolean {
    const wanted = name.toLowerCase();
    for (let at = 0; at < this.#lines.length; at += 2) if (this.#isAt(at, wanted)) return true;
    return false;
  }

  /** Makes one line of the field, where its first was, or last. */
  set(name: string, value: string): void {
    const wanted = name.toLowerCase();
    for (let at = 0; at < this.#lines.length; at += 2) {
      if (!this.#isAt(at, wanted)) continue;
      this.#lines[at + 1] = value;
      this.#deleteFrom(at + 2, wanted);
      return;
    }
    this.#lines.push(name, value);
  }

  append(name: string, value: string): void {
    this.#lines.push(name, value);
  }

  delete(name: string): void {
    this.#deleteFrom(0, name.toLowerCase());
  }

  /** Returns a list without the fields, named in lower case, that `isLeftOut` says. */
  without(isLeftOut: (name: string) => boolean): HeaderList {
    const lines: string[] = [];
    for (let at = 0; at < this.#lines.length; at += 2) {
      const name = this.#lines[at] as string;
      if (!isLeftOut(name.toLowerCase())) lines.push(name, this.#lines[at + 1] as string);
    }
    return HeaderList.ofLines(lines);
  }

  /** Returns each field once, by its name as it is written first: its line, or all of them where there are several. */
  fields(): Map<string, string | string[]> {
    const fields = new Map<string, string | string[]>();
    for (let at = 0; at < this.#lines.length; at += 2) {
      const name = this.#firstNameOf(at);
      const value = this.#lines[at + 1] as string;
      const known = fields.get(name);
      fields.set(name, known === undefined ? value : [known, value].flat());
    }
    return fields;
  }

  clone(): HeaderList {
    return HeaderList.ofLines([...this.#lines]);
  }

  /** Returns name, value, name, value. */
  lines(): string[] {
    return [...this.#lines];
  }

  *[Symbol.iterator](): IterableIterator<HeaderPair> {
    for (let at = 0; at < this.#lines.length; at += 2) {
      yield [this.#lines[at] as string, this.#lines[at + 1] as string];
    }
  }

  #isAt(at: number, wanted: string): boolean {
    const name = this.#lines[at] as string;
    return name.length === wanted.length && (name === wanted || name.toLowerCase() === wanted);
  }

  /** Returns the name of the line, as it is written where it comes first. */
  #firstNameOf(at: number): string {
    const name = this.#lines[at] as string;
    const wanted = name.toLowerCase();
    for (let before = 0; before < at; before += 2)
      if (this.#isAt(before, wanted)) return this.#lines[before] as string;
    return name;
  }

  #deleteFrom(start: number, wanted: string): void {
    let kept = start;
    for (let at = start; at < this.#lines.length; at += 2) {
      if (this.#isAt(at, wanted)) continue;
      this.#lines[kept] = this.#lines[at] as string;
      this.#lines[kept + 1] = this.#lines[at + 1] as string;
      kept += 2;
    }
    this.#lines.length = kept;
  }
}
