/** How one setting is read: what is taken, and what stands in where it is left out. */
export interface Reader<T> {
  /** What is taken, in words that follow "must be". */
  readonly expected: string;
  /** The value of a setting that is left out. */
  readonly fallback: T;
  /** Returns the value that `given` stands for, or `undefined` where it stands for none. */
  read(given: unknown, fromText: boolean): T | undefined;
}

/** What every reader may be told. */
export interface ReaderOptions<D> {
  /** The value of an option that is left out. @default undefined */
  default?: D;
}

/** The numbers that are taken, both ends included. */
export interface RangeOptions<D> extends ReaderOptions<D> {
  min?: number;
  max?: number;
}

/** What `custom` is told. */
export interface CustomOptions<T, D> extends ReaderOptions<D> {
  /** What is taken, in words that follow "must be": `"a client of ioredis"`. */
  expected: string;
  /** Whether a value is what is expected. */
  accepts(value: unknown): value is T;
  /** Returns what text from a URI stands for, to be shown to `accepts`. Without it, no text is taken. */
  parse?(text: string): unknown;
}

const DECIMAL = /^[+-]?\d+(\.\d+)?$/;
const BOOLEANS: Readonly<Record<string, boolean>> = {
  true: true,
  yes: true,
  on: true,
  "1": true,
  false: false,
  no: false,
  off: false,
  "0": false,
};

/** Reads what no other reader does: an object that only the object style can carry, or text of a form of its own. */
export function custom<T, const D extends T | undefined = undefined>(
  options: CustomOptions<T, D>,
): Reader<T | D> {
  const { expected, accepts, parse } = options;
  return {
    expected,
    // Left out, it is `undefined`, and so then is `D`.
    fallback: options.default as D,
    read(given, fromText) {
      const value = fromText && typeof given === "string" ? parse?.(given) : given;
      return accepts(value) ? value : undefined;
    },
  };
}

/** Reads a safe integer. */
export function integer<const D extends number | undefined = undefined>(
  options: RangeOptions<D> = {},
): Reader<number | D> {
  return custom({
    expected: rangeText("a whole number", options),
    accepts: (value): value is number => Number.isSafeInteger(value) && isWithin(value, options),
    parse: decimal,
    default: options.default,
  });
}

/** Reads a finite number. */
export function number<const D extends number | undefined = undefined>(
  options: RangeOptions<D> = {},
): Reader<number | D> {
  return custom({
    expected: rangeText("a number", options),
    accepts: (value): value is number => Number.isFinite(value) && isWithin(value, options),
    parse: decimal,
    default: options.default,
  });
}

/** Reads a boolean; in a URI, `true`, `yes`, `on` or `1`, and their opposites. */
export function boolean<const D extends boolean | undefined = undefined>(
  options: ReaderOptions<D> = {},
): Reader<boolean | D> {
  return custom({
    expected: "true or false",
    accepts: (value): value is boolean => typeof value === "boolean",
    parse: (text) => BOOLEANS[text.trim().toLowerCase()],
    default: options.default,
  });
}

/** Reads a string. */
export function text<const D extends string | undefined = undefined>(
  options: ReaderOptions<D> = {},
): Reader<string | D> {
  return custom({
    expected: "a string",
    accepts: (value): value is string => typeof value === "string",
    parse: (text) => text,
    default: options.default,
  });
}

/** Reads one of the strings in `choices`. */
export function oneOf<const T extends string, const D extends T | undefined = undefined>(
  choices: readonly T[],
  options: ReaderOptions<D> = {},
): Reader<T | D> {
  return custom({
    expected: choices.map((choice) => `"${choice}"`).join(" or "),
    accepts: (value): value is T => choices.some((choice) => choice === value),
    parse: (text) => text,
    default: options.default,
  });
}

/** Returns the number that decimal digits stand for, spaces around them aside; `NaN` for other text. */
export function decimal(text: string): number {
  return DECIMAL.test(text.trim()) ? Number(text) : Number.NaN;
}

function isWithin(
  value: unknown,
  { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY }: RangeOptions<unknown>,
): boolean {
  return typeof value === "number" && value >= min && value <= max;
}

function rangeText(kind: string, { min, max }: RangeOptions<unknown>): string {
  if (min !== undefined && max !== undefined) return `${kind} from ${min} to ${max}`;
  if (max !== undefined) return `${kind} of at most ${max}`;
  if (min === undefined) return kind;
  return min === 1 && kind === "a whole number" ? `${kind} above zero` : `${kind} of at least ${min}`;
}
