import { promisify } from "node:util";
import { memcached } from "@cullet/backend-memcached";
import { createCache } from "@cullet/core";
import Memcached from "memcached";
import { Client } from "memjs";
import type { Contenders, Operations } from "./apart/contender.js";
import { AT_ONCE, byCallers, manyAtATime, oneAtATime, repeated } from "./candidates.js";
import { keysOf, kilobyteObject, shortText } from "./values.js";

const TIMEOUT = 3_600;
/** What is stored, by the titles of the tables. */
const VALUES = { "26 B": shortText, "1 KB": JSON.stringify(kilobyteObject) };

/** What a client is asked for. */
interface Calls {
  get(key: string): Promise<unknown>;
  set(key: string, value: string): Promise<unknown>;
  getMany(keys: string[]): Promise<unknown>;
}

/** Those that are compared over memcached; the first is the bare driver. */
export const contenders: Contenders = {
  "bare memjs": (address) => {
    const client = Client.create(address, { timeout: 5 });
    return operationsOf("memjs", {
      get: (key) => client.get(key),
      set: (key, value) => client.set(key, value, { expires: TIMEOUT }),
      getMany: (keys) => Promise.all(keys.map((key) => client.get(key))),
    });
  },

  cullet: (address) => {
    const cache = createCache({ backend: memcached, location: address });
    return operationsOf("cullet", {
      get: (key) => cache.get(key),
      set: (key, value) => cache.set(key, value, TIMEOUT),
      getMany: (keys) => cache.getMany(keys),
    });
  },

  memcached: (address) => {
    const client = new Memcached(address);
    const set = promisify(client.set.bind(client));
    return operationsOf("memcached", {
      get: promisify(client.get.bind(client)),
      set: (key, value) => set(key, value, TIMEOUT),
      getMany: promisify(client.getMulti.bind(client)),
    });
  },
};

/** Each has keys of its own, since each stores values in its own way. */
async function operationsOf(name: string, { get, set, getMany }: Calls): Promise<Operations> {
  const operations: Record<string, Operations[string]> = {};
  for (const [size, value] of Object.entries(VALUES)) {
    const keys = keysOf(100).map((key) => `${name}:${size.replace(" ", "")}:${key}`);
    const store = (key: string) => set(key, value);
    await Promise.all(keys.map(store));
    operations[`get of ${size}`] = oneAtATime(get, keys);
    operations[`set of ${size}`] = oneAtATime(store, keys);
    operations[`get of ${size}, ${AT_ONCE} at a time`] = manyAtATime(get, keys);
    operations[`set of ${size}, ${AT_ONCE} at a time`] = manyAtATime(store, keys);
    operations[`get of ${size}, by ${AT_ONCE} callers`] = byCallers(get, keys);
    operations[`set of ${size}, by ${AT_ONCE} callers`] = byCallers(store, keys);
    operations[`getMany of 100, of ${size}`] = repeated(() => getMany(keys));
  }
  return operations;
}
