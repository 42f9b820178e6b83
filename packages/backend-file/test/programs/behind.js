// A process that has begun all that goes on behind, and ends: `node behind.js <location>`, on the built packages.
import { setTimeout as sleep } from "node:timers/promises";
import { file } from "@cullet/backend-file";
import { createCache } from "@cullet/core";

const cache = createCache({ backend: file, location: process.argv[2] });
const options = { timeout: 0.01, staleWhileRevalidate: 60, lock: true };
await cache.getOrSet("k", () => "old", options);
await sleep(20);
const never = () => new Promise(() => {});
const seen = await cache.getOrSet("k", never, options);
await cache.lock("held", { renew: true });
process.stdout.write(JSON.stringify(seen));
