import { promisify } from "node:util";
import { memcached } from "@cullet/backend-memcached";
import { createCache } from "@cullet/core";
import { startMemcached } from "@cullet/test-servers";
import Memcached from "memcached";
import { Client } from "memjs";
import { type Candidate, measure, report } from "./measure.js";
import { keysOf, kilobyteObject, shortText } from "./values.js";

const KEYS = 100;
const AT_ONCE = 64;
const TIMEOUT = 3_600;
const values = { "26 B": shortText, "1 KB": JSON.stringify(kilobyteObject) };

/** One of the clients that are compared. */
interface Contender {
  /** Its own, since each stores values in its own way. */
  readonly keys: string[];
  get(key: string): Promise<unknown>;
  set(key: string, value: string): Promise<unknown>;
  getMany(keys: string[]): Promise<unknown>;
}

type Contenders = Readonly<Record<string, Contender>>;

/** Measures the backend in memcached beside bare memjs, and another client of it. */
export async function benchMemcached(): Promise<void> {
  // Of several threads, the one that a connection is given to decides how soon it is answered.
  const servers = await startMemcached(1, { args: ["-t", "1"] });
  const address = new URL(servers.url).host;
  const memjs = Client.create(address, { timeout: 5 });
  const cache = createCache({ backend: memcached, location: address });
  const text = new Memcached(address);
  const setText = promisify(text.set.bind(text));
  const contenders: Contenders = {
    "bare memjs": {
      keys: keysFor("memjs"),
      get: (key) => memjs.get(key),
      set: (key, value) => memjs.set(key, value, { expires: TIMEOUT }),
      getMany: (keys) => Promise.all(keys.map((key) => memjs.get(key))),
    },
    cullet: {
      keys: keysFor("cullet"),
      get: (key) => cache.get(key),
      set: (key, value) => cache.set(key, value, TIMEOUT),
      getMany: (keys) => cache.getMany(keys),
    },
    memcached: {
      keys: keysFor("memcached"),
      get: promisify(text.get.bind(text)),
      set: (key, value) => setText(key, value, TIMEOUT),
      getMany: promisify(text.getMulti.bind(text)),
    },
  };
  for (const [size, value] of Object.entries(values)) await compare(contenders, size, value);
  memjs.close();
  text.end();
  await cache.close();
  await servers.stop();
}

async function compare(contenders: Contenders, size: string, value: string): Promise<void> {
  for (const contender of Object.values(contenders)) {
    await Promise.all(contender.keys.map((key) => contender.set(key, value)));
  }
  const get = ({ get }: Contender, key: string) => get(key);
  const set = ({ set }: Contender, key: string) => set(key, value);
  const title = (operation: string) => `memcached: ${operation} of ${size}`;
  report(title("get"), await measure(each(contenders, oneAtATime(get))));
  report(title("set"), await measure(each(contenders, oneAtATime(set))));
  report(title(`get, ${AT_ONCE} at a time,`), await measure(each(contenders, manyAtATime(get))));
  report(title(`set, ${AT_ONCE} at a time,`), await measure(each(contenders, manyAtATime(set))));
  const getMany = oneAtATime(({ getMany, keys }) => getMany(keys));
  report(title(`getMany of ${KEYS} keys`), await measure(each(contenders, getMany)));
}

type Operation = (contender: Contender, key: string) => Promise<unknown>;

function each(contenders: Contenders, run: (contender: Contender) => Candidate): Record<string, Candidate> {
  return Object.fromEntries(Object.entries(contenders).map(([name, contender]) => [name, run(contender)]));
}

function oneAtATime(operation: Operation) {
  return (contender: Contender) => async (times: number) => {
    for (let n = 0; n < times; n += 1) await operation(contender, keyAt(contender, n));
  };
}

function manyAtATime(operation: Operation) {
  return (contender: Contender) => async (times: number) => {
    for (let n = 0; n < times; n += AT_ONCE) {
      const count = Math.min(AT_ONCE, times - n);
      await Promise.all(
        Array.from({ length: count }, (_, at) => operation(contender, keyAt(contender, n + at))),
      );
    }
  };
}

function keyAt({ keys }: Contender, n: number): string {
  return keys[n % KEYS] as string;
}

function keysFor(name: string): string[] {
  return keysOf(KEYS).map((key) => `${name}:${key}`);
}
