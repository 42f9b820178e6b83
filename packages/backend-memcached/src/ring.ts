import { createHash } from "node:crypto";

/** How many digests of a server's name are taken, and how many places on the ring each gives it. */
const DIGESTS = 40;
const PLACES_OF_DIGEST = 4;

/**
 * Says which server a key is at, by ketama's consistent hashing: a server that is added or lost moves its own share of
 * the keys, and no others. It is the one of libmemcached, where that is told to be compatible with libketama.
 */
export class Ring {
  readonly #points: Uint32Array;
  /** The number of the server at each of the points. */
  readonly #owners: Uint32Array;

  /** @param names what the servers are called: which keys they get follows from it. */
  constructor(names: readonly string[]) {
    const places = names.flatMap((name, owner) => pointsOf(name).map((point) => ({ point, owner })));
    places.sort((a, b) => a.point - b.point || a.owner - b.owner);
    this.#points = Uint32Array.from(places, ({ point }) => point);
    this.#owners = Uint32Array.from(places, ({ owner }) => owner);
  }

  /** Returns the number of the server that `key` is at. */
  ownerOf(key: string): number {
    const point = md5(key).readUInt32LE(0);
    let from = 0;
    let to = this.#points.length;
    while (from < to) {
      const middle = (from + to) >>> 1;
      if ((this.#points[middle] as number) < point) from = middle + 1;
      else to = middle;
    }
    // Behind the last point, the ring begins anew.
    return this.#owners[from === this.#owners.length ? 0 : from] as number;
  }
}

function pointsOf(name: string): number[] {
  return Array.from({ length: DIGESTS }, (_, index) => {
    const digest = md5(`${name}-${index}`);
    return Array.from({ length: PLACES_OF_DIGEST }, (_, place) => digest.readUInt32LE(place * 4));
  }).flat();
}

function md5(text: string): Buffer {
  return createHash("md5").update(text).digest();
}
