import { stopwatch } from "../measure.js";
import type { Contenders, Round } from "./contender.js";

// Runs one contender: its arguments are the module that has it, its name there, and the address of the server.
const [module, name, address] = process.argv.slice(2) as [string, string, string];
const { contenders } = (await import(module)) as { contenders: Contenders };
const open = contenders[name];
if (open === undefined) throw new Error(`${module} has no contender ${name}`);
const operations = await open(address);

process.on("message", async ({ operation, times }: Round) => {
  const candidate = operations[operation];
  if (candidate === undefined) throw new Error(`${name} has no operation ${operation}`);
  process.send?.(await stopwatch(candidate)(times));
});
process.once("disconnect", () => process.exit(0));
process.send?.(Object.keys(operations));
