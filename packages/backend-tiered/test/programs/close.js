// Uses a cache of two tiers, closes it, and has nothing left to wait for: `node close.js <far> [<bus>]`.
import { postgresBus } from "@cullet/backend-db";
import { tiered } from "@cullet/backend-tiered";
import { createCache } from "@cullet/core";

const [far, connectionString] = process.argv.slice(2);

const cache = createCache(tiered({ far, bus: connectionString && postgresBus({ connectionString }) }));
await cache.set("key", "value").catch(() => {});
await cache.get("key").catch(() => {});
await cache.close();
