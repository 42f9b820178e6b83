import { parseArgs } from "node:util";
import { moduleBackend } from "./module-backend.js";
import { runConformance, type TestResult } from "./report.js";

const USAGE = `Usage: cullet-conformance <module> [--location <location>] [--option <name=value>]… [--only <text>]

Runs the suite against the backend that a module makes: its default export is a factory.

  <module>      a path, as ./my-backend.js, or the name of a package
  --location    where the store is; WHATEVER IT HOLDS IS DROPPED
  --option      an option of the backend, as text, as in a URI; may be given again
  --only        runs only the tests whose name contains the text`;

/** Runs the command line, and returns the code to end with: 0 where all passed, 1 where not, 2 for wrong arguments. */
export async function main(
  args: readonly string[],
  write: (line: string) => void = console.log,
): Promise<number> {
  const command = parseCommand(args);
  if (command === undefined || command === "help") {
    write(USAGE);
    return command === "help" ? 0 : 2;
  }
  const { module, location, options, only } = command;
  const backend = await moduleBackend(module, location, options).catch((error: Error) => error);
  if (backend instanceof Error) {
    write(`${module}: ${backend.message}`);
    return 2;
  }
  const { passed, failed } = await runConformance({
    ...backend,
    name: module,
    only: (path) => path.includes(only),
    onResult: (result) => {
      if ("error" in result) write(failure(result));
    },
  });
  write(`${passed.length} passed, ${failed.length} failed`);
  return failed.length === 0 && passed.length > 0 ? 0 : 1;
}

interface Command {
  readonly module: string;
  readonly location: string;
  readonly options: Readonly<Record<string, string>>;
  readonly only: string;
}

function parseCommand(args: readonly string[]): Command | "help" | undefined {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        location: { type: "string", default: "" },
        option: { type: "string", multiple: true, default: [] },
        only: { type: "string", default: "" },
        help: { type: "boolean", short: "h", default: false },
      },
    });
    if (values.help) return "help";
    const [module, ...rest] = positionals;
    if (module === undefined || rest.length > 0) return undefined;
    const options = Object.fromEntries(values.option.map(toPair));
    return { module, location: values.location, options, only: values.only };
  } catch {
    return undefined;
  }
}

function toPair(option: string): [string, string] {
  const at = option.indexOf("=");
  if (at < 1) throw new TypeError(`--option ${option} should be name=value`);
  return [option.slice(0, at), option.slice(at + 1)];
}

function failure({ path, error }: TestResult): string {
  const message = error instanceof Error ? error.message : String(error);
  return `✗ ${path.slice(1).join(" > ")}\n${message.replace(/^(?=.)/gm, "    ")}\n`;
}
