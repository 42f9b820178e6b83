import { setImmediate } from "node:timers";

type Reading = ReturnType<ReadableStreamDefaultReader<Uint8Array>["read"]>;

const NOTHING = new Uint8Array();

/** A body of a response that was taken over from it, as far as it was there at once. */
export type TakenBody = { readonly whole: Uint8Array } | { readonly pieces: Pieces };

/** A body that comes bit by bit. */
export class Pieces {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  /** What was read ahead. */
  readonly #ahead: Reading[];

  constructor(reader: ReadableStreamDefaultReader<Uint8Array>, ahead: Reading[]) {
    this.#reader = reader;
    this.#ahead = ahead;
  }

  next(): Reading {
    return this.#ahead.shift() ?? this.#reader.read();
  }

  cancel(reason?: unknown): Promise<void> {
    return this.#reader.cancel(reason);
  }
}

/**
 * Takes over the body of `response`. A `Response` does not tell whether it was made of a string or of a stream: its body
 * counts as given in one piece where that piece, and the end behind it, are there without waiting.
 */
export async function takeBody({ body }: Response): Promise<TakenBody> {
  if (body === null) return { whole: NOTHING };
  const reader = body.getReader();
  const first = reader.read();
  if (!(await isThere(first))) return { pieces: new Pieces(reader, [first]) };
  const { done, value } = await settled(first);
  if (done === true) return { whole: NOTHING };
  const second = reader.read();
  const isWhole = (await isThere(second)) && (await settled(second)).done === true;
  if (isWhole && value instanceof Uint8Array) return { whole: value };
  return { pieces: new Pieces(reader, [first, second]) };
}

/** Whether `reading` comes to an end without waiting for anything outside. */
async function isThere(reading: Reading): Promise<boolean> {
  let immediate: NodeJS.Immediate | undefined;
  const later = new Promise<false>((resolve) => {
    immediate = setImmediate(() => resolve(false));
  });
  const now = reading.then(
    () => true,
    () => true,
  );
  const isNow = await Promise.race([now, later]);
  clearImmediate(immediate);
  return isNow;
}

/** Returns what was read; of a stream that failed nothing, since whoever reads the pieces is told. */
async function settled(reading: Reading): Promise<{ done?: boolean; value?: Uint8Array }> {
  try {
    return await reading;
  } catch {
    return {};
  }
}
