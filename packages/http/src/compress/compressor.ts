import { Duplex } from "node:stream";
import { createEngine, type Encoding, type Engine, flush } from "./encoding.js";
import { pad } from "./padding.js";

/**
 * Compresses a body on its way. When nothing more comes at once, it gives out what it has: a page that is written bit by
 * bit arrives bit by bit.
 */
export class Compressor extends Duplex {
  readonly #encoding: Encoding;
  readonly #maxRandomBytes: number;
  readonly #engine: Engine;
  #isFirst = true;
  #flushing: NodeJS.Immediate | undefined;

  constructor(encoding: Encoding, maxRandomBytes: number) {
    super();
    this.#encoding = encoding;
    this.#maxRandomBytes = maxRandomBytes;
    this.#engine = createEngine(encoding);
    // So that its first bytes end where padding can follow.
    if (encoding === "br") flush(this.#engine, encoding);
    this.#engine
      .on("data", (piece: Uint8Array) => this.#give(piece))
      .on("end", () => this.push(null))
      .on("error", (error: Error) => this.destroy(error));
  }

  override _write(piece: Uint8Array, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#engine.write(piece, done);
    this.#flushing ??= setImmediate(() => {
      this.#flushing = undefined;
      if (!this.#engine.writableEnded && !this.#engine.destroyed) flush(this.#engine, this.#encoding);
    });
  }

  override _final(done: () => void): void {
    this.#engine.end();
    done();
  }

  override _read(): void {
    this.#engine.resume();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    clearImmediate(this.#flushing);
    this.#engine.destroy();
    done(error);
  }

  #give(piece: Uint8Array): void {
    const given = this.#isFirst ? pad(piece, this.#encoding, this.#maxRandomBytes) : piece;
    this.#isFirst = false;
    if (!this.push(given)) this.#engine.pause();
  }
}
