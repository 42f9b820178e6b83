import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Sites } from "./site.js";

// Runs one server: its arguments are the module that has the site, and its name there. It says its port, then, to each message,
// how much processor time it has used, in microseconds.
const [module, name] = process.argv.slice(2) as [string, string];
const { sites } = (await import(module)) as { sites: Sites };
const site = sites[name];
if (site === undefined) throw new Error(`${module} has no site ${name}`);
// A connection waits for its turn.
const server = createServer({ keepAliveTimeout: 0 }, await site());

process.on("message", () => {
  const { user, system } = process.cpuUsage();
  process.send?.(user + system);
});
process.once("disconnect", () => process.exit(0));
server.listen(0, "127.0.0.1", () => process.send?.((server.address() as AddressInfo).port));
