import { testFleet } from "@cullet/conformance";
import { startRedis, startRedisCluster } from "@cullet/test-servers";
import { afterAll, beforeAll, describe, it } from "vitest";

const LONG = 60_000;

const one = await startRedis({ own: true });
const cluster = await startRedisCluster({ own: true });
const stores = { Redis: one, "a Redis cluster": cluster };

afterAll(() => Promise.all(Object.values(stores).map((store) => store.stop())));

for (const [name, { url }] of Object.entries(stores)) {
  testFleet({
    name,
    processes: { cache: () => url, from: import.meta.url },
    runner: { describe, it: (test, body) => it(test, body, LONG), beforeAll, afterAll },
  });
}
