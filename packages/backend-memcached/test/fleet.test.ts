import { testFleet } from "@cullet/conformance";
import { startMemcached } from "@cullet/test-servers";
import { afterAll, beforeAll, describe, it } from "vitest";

const LONG = 60_000;

// Their own, since `clear` drops all that a server holds.
const one = await startMemcached(1, { own: true });
const three = await startMemcached(3, { own: true });

afterAll(() => Promise.all([one.stop(), three.stop()]));

for (const [name, { url }] of Object.entries({ memcached: one, "three memcached servers": three })) {
  testFleet({
    name,
    processes: { cache: () => url, from: import.meta.url },
    runner: { describe, it: (test, body) => it(test, body, LONG), beforeAll, afterAll },
  });
}
