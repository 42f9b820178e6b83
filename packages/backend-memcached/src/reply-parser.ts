import { MemcachedFailure } from "./failure.js";

const HEADER = 24;
const TOTAL_AT = 8;
const MAGIC = 0x81;

/** The most that memcached can be made to keep in one item, 1 GiB, and what stands around it. */
const LONGEST_BODY = 2 ** 30 + 2 ** 16;

/** Puts the replies of one connection together from the pieces in which they arrive, without copying them twice. */
export class ReplyParser {
  readonly #take: (reply: Buffer) => void;
  #pieces: Buffer[] = [];
  #length = 0;
  #wanted = HEADER;

  /** @param take is given each reply, whole. */
  constructor(take: (reply: Buffer) => void) {
    this.#take = take;
  }

  /** @throws MemcachedFailure where it is no reply of memcached that arrives. */
  push(piece: Buffer): void {
    if (this.#length === 0) {
      this.#split(piece);
      return;
    }
    this.#pieces.push(piece);
    this.#length += piece.length;
    if (this.#length < this.#wanted) return;
    const data = Buffer.concat(this.#pieces, this.#length);
    this.#pieces = [];
    this.#length = 0;
    this.#split(data);
  }

  #split(data: Buffer): void {
    let at = 0;
    let wanted = HEADER;
    while (data.length - at >= HEADER) {
      wanted = replyLength(data, at);
      if (data.length - at < wanted) break;
      this.#take(data.subarray(at, at + wanted));
      at += wanted;
      wanted = HEADER;
    }
    if (at === data.length) return;
    this.#pieces = [data.subarray(at)];
    this.#length = data.length - at;
    this.#wanted = wanted;
  }
}

function replyLength(data: Buffer, at: number): number {
  const length = data.readUInt32BE(at + TOTAL_AT);
  const ofParts = data.readUInt16BE(at + 2) + (data[at + 4] as number);
  if (data[at] !== MAGIC || length > LONGEST_BODY || ofParts > length) {
    throw new MemcachedFailure("lost", "it sent what is no reply of memcached's binary protocol");
  }
  return HEADER + length;
}
