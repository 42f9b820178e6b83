import { startMemcached } from "@cullet/test-servers";
import { Apart } from "./apart/apart.js";
import { Processors } from "./apart/processors.js";
import { report } from "./measure.js";

/** Measures the backend in memcached beside bare memjs, and another client of it. */
export async function benchMemcached(): Promise<void> {
  using processors = new Processors();
  // Of several threads, the one that a connection is given to decides how soon it is answered.
  await using servers = await startMemcached(1, { args: ["-t", "1"] });
  const module = new URL("./memcached-contenders.js", import.meta.url);
  await using contenders = await Apart.start(module, new URL(servers.url).host, processors);
  for (const operation of contenders.operations) {
    report(`memcached: ${operation}`, await contenders.measure(operation));
  }
}
