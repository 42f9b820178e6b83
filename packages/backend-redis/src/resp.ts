/** Bytes that are put into a command where they are to stand. */
export interface Piece {
  readonly length: number;
  /** Writes them into `target`, from `at` on. */
  write(target: Buffer, at: number): void;
}

/** A command in the form in which it is sent. */
export type Encoded = Buffer | string;

/** Returns a command of `texts` in the form in which it is sent (RESP), with `last` as its last argument. */
export function encodeCommand(texts: readonly string[], last?: Piece): Encoded {
  let text = `*${texts.length + (last === undefined ? 0 : 1)}\r\n`;
  for (const argument of texts) text += `$${Buffer.byteLength(argument)}\r\n${argument}\r\n`;
  if (last === undefined) return text;
  text += `$${last.length}\r\n`;
  const start = Buffer.byteLength(text);
  const bytes = Buffer.allocUnsafe(start + last.length + 2);
  bytes.write(text);
  last.write(bytes, start);
  bytes.write("\r\n", start + last.length);
  return bytes;
}
