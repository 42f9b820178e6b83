import { startRedis } from "@cullet/test-servers";
import { Apart } from "./apart/apart.js";
import { Processors } from "./apart/processors.js";
import { AT_ONCE } from "./candidates.js";
import { report } from "./measure.js";

const WAYS = ["one at a time", `${AT_ONCE} at a time`, `by ${AT_ONCE} callers`];

/** Measures the backend over Redis beside the bare driver, and other caches over Redis. */
export async function benchRedis(): Promise<void> {
  using processors = new Processors();
  await using server = await startRedis({ own: true });
  const module = new URL("./redis-contenders.js", import.meta.url);
  await using contenders = await Apart.start(module, server.url, processors);
  for (const operation of contenders.operations) {
    report(`redis: ${operation}`, await contenders.measure(operation));
  }
  for (const way of WAYS) {
    const hits = ["get", "getOrSet that hits", "getOrSet with a lock that hits"];
    const measured = await contenders.measureOf(
      "cullet",
      hits.map((hit) => `${hit}, ${way}`),
    );
    report(`redis: getOrSet of cullet, ${way}`, measured);
  }
}
