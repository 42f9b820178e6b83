import { payloadSize } from "@cullet/core";
import { bytesOf, Commands, orRefusal } from "./commands.js";
import type { Entry } from "./entry.js";
import { wasRefused } from "./failure.js";
import { encodeCommand, encodeSets } from "./resp.js";
import { type Increment, type Incremented, incrEach, setEach } from "./scripts.js";

/** How many items go in one piece at most. */
const MOST_IN_ONE = 128;

/** How large a payload in a piece is at most, in bytes: a piece is made in one. */
const MOST_BYTES = 16_384;

/**
 * Asks one server, for several keys in one command or one piece. A user of the server may be allowed GET and SET of some
 * keys, and no more: what is refused for all is asked for each.
 */
export class NodeCommands extends Commands {
  async getEach(keys: readonly string[]): Promise<(Buffer | undefined | Error)[]> {
    try {
      return await this.#getAll(keys);
    } catch (error) {
      if (!wasRefused(error)) throw error;
      return Promise.all(keys.map((key) => orRefusal(this.get(key))));
    }
  }

  override async getMany(keys: readonly string[]): Promise<(Buffer | undefined)[]> {
    try {
      return await this.#getAll(keys);
    } catch (error) {
      if (!wasRefused(error)) throw error;
      return Promise.all(keys.map((key) => this.get(key)));
    }
  }

  override async set(entry: Entry): Promise<undefined> {
    const { sendEncoded } = this.redis;
    if (sendEncoded === undefined || isLarge(entry)) return super.set(entry);
    await sendEncoded("set", encodeSets([entry]));
  }

  override async setEach(entries: readonly Entry[]): Promise<(undefined | Error)[]> {
    if (entries.length === 1 || entries.some(isLarge)) return super.setEach(entries);
    const { sendEach } = this.redis;
    if (sendEach === undefined) return inPieces(entries, (piece) => this.#setInScript(piece));
    const replies = await inPieces(entries, (piece) => sendEach("set", encodeSets(piece), piece.length));
    return replies.map(refusalIn);
  }

  incrEach(increments: readonly Increment[]): Promise<(Incremented | Error)[]> {
    return incrEach(this.redis, increments);
  }

  override async deleteEach(keys: readonly string[]): Promise<(boolean | Error)[]> {
    const { sendEach } = this.redis;
    if (sendEach === undefined) return super.deleteEach(keys);
    const encode = (piece: readonly string[]) => piece.map((key) => encodeCommand(["unlink", key])).join("");
    const replies = await inPieces(keys, (piece) => sendEach("unlink", encode(piece), piece.length));
    return replies.map((reply) => refusalIn(reply) ?? Number(reply) === 1);
  }

  async deleteMany(keys: readonly string[]): Promise<number> {
    return Number(await this.redis.unlink([...keys]));
  }

  async #getAll(keys: readonly string[]): Promise<(Buffer | undefined)[]> {
    return (await inPieces(keys, (piece) => this.redis.mgetBuffer([...piece]))).map(bytesOf);
  }

  async #setInScript(entries: readonly Entry[]): Promise<(undefined | Error)[]> {
    try {
      await setEach(this.redis, entries);
      return entries.map(() => undefined);
    } catch (error) {
      if (!wasRefused(error)) throw error;
      return super.setEach(entries);
    }
  }
}

/** Asks for `items` in pieces: while the server works on one, the client makes the next. */
async function inPieces<I, R>(items: readonly I[], ask: (piece: readonly I[]) => Promise<R[]>): Promise<R[]> {
  if (items.length === 0) return [];
  if (items.length <= MOST_IN_ONE) return ask(items);
  const count = Math.ceil(items.length / MOST_IN_ONE);
  const size = Math.ceil(items.length / count);
  const pieces = Array.from({ length: count }, (_, at) => items.slice(at * size, (at + 1) * size));
  return (await Promise.all(pieces.map(ask))).flat();
}

function isLarge({ payload }: Entry): boolean {
  return payloadSize(payload) > MOST_BYTES;
}

/** Returns the refusal that a reply is, if it is one. */
function refusalIn(reply: unknown): undefined | Error {
  if (!(reply instanceof Error)) return undefined;
  if (!wasRefused(reply)) throw reply;
  return reply;
}
