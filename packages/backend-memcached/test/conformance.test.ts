import { testBackend } from "@cullet/conformance";
import { startMemcached } from "@cullet/test-servers";
import { afterAll, beforeAll, describe, it } from "vitest";
import { type MemcachedBackend, memcached } from "../src/index.js";

/** One test in so many meets a server that was killed and brought back after the backend had connected. */
const TESTS_TO_A_KILL = 25;

// Their own, since `clear` drops all that a server holds.
const one = await startMemcached(1, { own: true });
const three = await startMemcached(3, { own: true });
const runner = { describe, it, beforeAll, afterAll };

afterAll(() => Promise.all([one.stop(), three.stop()]));

async function emptied(backend: MemcachedBackend): Promise<MemcachedBackend> {
  await backend.clear("");
  return backend;
}

for (const [name, { url }] of Object.entries({ "one server": one, "three servers": three })) {
  testBackend({
    name: `memcached, ${name}`,
    create: () => emptied(memcached({ location: url })),
    processes: { cache: () => url, from: import.meta.url },
    runner,
  });
}

let tests = 0;

testBackend({
  name: "memcached, three servers of which one is killed and brought back",
  create: async () => {
    const backend = memcached({ location: three.url });
    await backend.connect();
    tests += 1;
    if (tests % TESTS_TO_A_KILL === 0) {
      await three.servers[1]?.kill();
      await three.servers[1]?.restart();
    }
    return emptied(backend);
  },
  processes: { cache: () => three.url, from: import.meta.url },
  runner,
});
