import { bufferOf } from "../message/buffer-of.js";

/** Collects a body as it passes, up to a limit. */
export class Capture {
  readonly #most: number;
  // A character for each byte: the form that entries are stored in, and a copy that is quicker made than one of bytes.
  #text = "";
  #isOver = false;

  constructor(most: number) {
    this.#most = most;
  }

  /** Takes a copy of `piece`; returns whether it wants more. */
  add(piece: Uint8Array): boolean {
    if (this.#isOver) return false;
    this.#isOver = this.#text.length + piece.length > this.#most;
    this.#text = this.#isOver ? "" : this.#text + bufferOf(piece).toString("latin1");
    return !this.#isOver;
  }

  /** The bytes, a character for each; `undefined` where they were too many. */
  get body(): string | undefined {
    return this.#isOver ? undefined : this.#text;
  }
}
