// A process of its own with a cache of two tiers, which does what it is told: `node process.js <kind> <locations> …`.
import { appendFile } from "node:fs/promises";
import { setTimeout } from "node:timers/promises";
import { postgresBus } from "@cullet/backend-db";
import { redisBus } from "@cullet/backend-redis";
import { tiered } from "@cullet/backend-tiered";
import { createCache } from "@cullet/core";

const [kind, far, bus] = process.argv.slice(2);

const kinds = {
  redis: () => tiered({ far }),
  postgres: () => tiered({ far, bus: postgresBus({ connectionString: far }) }),
  "memcached with a bus": () => tiered({ far, bus: redisBus({ location: bus }) }),
  "memcached without one": () => tiered({ far, nearTimeout: "300ms" }),
};

const cache = createCache(kinds[kind]());

/** Makes the value of a key, if nobody else does, and notes that in a file. */
function make(key, file) {
  const compute = async () => {
    await appendFile(file, "made\n");
    await setTimeout(300);
    return process.pid;
  };
  return cache.getOrSet(key, compute, { lock: true });
}

process.on("message", async ({ id, call, args }) => {
  try {
    process.send({ id, result: await (call === "make" ? make(...args) : cache[call](...args)) });
  } catch (error) {
    process.send({ id, error: error.message });
  }
});
process.on("disconnect", () => process.exit());

await cache.ready();
process.send({ id: 0 });
