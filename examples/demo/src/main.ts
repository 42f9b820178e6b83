import { type Arguments, readArguments, usage } from "./arguments.js";
import { runDemo } from "./run-demo.js";

const stop = new AbortController();
process.once("SIGINT", () => stop.abort()).once("SIGTERM", () => stop.abort());

try {
  const args = readOrExplain();
  if (args?.help) console.log(usage);
  else if (args) await runDemo(args, stop.signal);
} catch (error) {
  // What has a code is said by Cullet or the system about what was asked for; all else is a fault of this program.
  if (!(error instanceof Error) || !("code" in error)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}

function readOrExplain(): Arguments | undefined {
  try {
    return readArguments(process.argv.slice(2));
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${usage}`);
    process.exitCode = 1;
    return undefined;
  }
}
