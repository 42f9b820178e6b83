// What the tests run in processes of their own: `node child.js <what> <location> …`, on the built package.
import { redis } from "@cullet/backend-redis";
import { createCache } from "@cullet/core";

const [what, location, ...args] = process.argv.slice(2);

const programs = {
  /** Counts up by many calls at once, and says what each gave. */
  async incr(key, times) {
    const cache = createCache({ backend: redis, location });
    const sums = await Promise.all(Array.from({ length: Number(times) }, () => cache.incr(key)));
    await cache.close();
    return sums;
  },

  /** Adds one key by many calls at once, and says how often that worked. */
  async add(key, times) {
    const cache = createCache({ backend: redis, location });
    const added = await Promise.all(Array.from({ length: Number(times) }, (_, n) => cache.add(key, n)));
    await cache.close();
    return added.filter(Boolean).length;
  },

  /** Closes at every stage of a connection's life, and must then have nothing left to wait for. */
  async close() {
    await createCache({ backend: redis, location }).close();

    const opening = createCache({ backend: redis, location });
    const early = opening.get("key").catch(codeOf);
    await new Promise(setImmediate);
    await opening.close();

    const used = createCache({ backend: redis, location });
    const first = await used.set("key", "value").catch(codeOf);
    const late = used.get("key").catch(codeOf);
    await used.close();
    return [await early, first ?? "stored", await late].filter((result) => result !== undefined);
  },
};

function codeOf(error) {
  return error.code;
}

process.stdout.write(JSON.stringify(await programs[what](...args)));
