/** Collects a body as it passes, up to a limit. */
export class Capture {
  readonly #most: number;
  #pieces: Buffer[] = [];
  #length = 0;
  #isOver = false;

  constructor(most: number) {
    this.#most = most;
  }

  /** Takes a copy of `piece`; returns whether it wants more. */
  add(piece: Uint8Array): boolean {
    this.#length += piece.length;
    if (this.#length > this.#most) {
      this.#isOver = true;
      this.#pieces = [];
      return false;
    }
    this.#pieces.push(Buffer.from(piece));
    return true;
  }

  /** The bytes; `undefined` where they were too many. */
  get body(): Uint8Array | undefined {
    if (this.#isOver) return undefined;
    const [only] = this.#pieces;
    return this.#pieces.length === 1 && only !== undefined ? only : Buffer.concat(this.#pieces);
  }
}
