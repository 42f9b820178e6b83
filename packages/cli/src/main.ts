import { parseArgs } from "node:util";
import { CulletError } from "@cullet/core";
import type { Arguments, Command, Write } from "./command.js";
import { createTable } from "./commands/create-table.js";

/** The commands by their names. */
const COMMANDS: Readonly<Record<string, Command>> = {
  "create-table": createTable,
};

const COMMON = {
  cache: { type: "string" },
  json: { type: "boolean", default: false },
  help: { type: "boolean", short: "h", default: false },
} as const;

/** What a command line says, read. */
interface CommandLine extends Arguments {
  readonly command: Command;
}

/**
 * Runs the command line, and returns the code to end with: 0 where it succeeded, 1 where not, 2 where it cannot be read.
 */
export async function main(
  args: readonly string[],
  write: Write = console.log,
  complain: Write = console.error,
): Promise<number> {
  const line = readLine(args);
  if (line === undefined) {
    write(usage());
    return 0;
  }
  if (line instanceof Error) {
    complain(`cullet: ${line.message}\n\n${usage()}`);
    return 2;
  }
  const { command, ...rest } = line;
  const asJson = rest.options.json === true;
  try {
    const result = await command.run(rest, asJson ? () => {} : write);
    if (asJson) write(JSON.stringify(result));
    return 0;
  } catch (error) {
    if (asJson) write(JSON.stringify({ error: { code: codeOf(error), message: messageOf(error) } }));
    else complain(`cullet: ${messageOf(error)}`);
    return 1;
  }
}

/** Returns what `args` say: nothing where they ask for help, an error where they cannot be read. */
function readLine(args: readonly string[]): CommandLine | Error | undefined {
  const [name, ...rest] = args;
  if (name === undefined || name === "--help" || name === "-h" || name === "help") return undefined;
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined) return new Error(`there is no command ${name}`);
  try {
    const { values, positionals } = parseArgs({
      args: rest,
      allowPositionals: true,
      options: { ...COMMON, ...command.options },
    });
    if (values.help === true) return undefined;
    if (positionals.length > command.mostPositionals) {
      return new Error(
        `${name} takes at most ${command.mostPositionals} argument; got ${positionals.join(" ")}`,
      );
    }
    return { command, positionals, options: values as Arguments["options"] };
  } catch (error) {
    return error as Error;
  }
}

function usage(): string {
  const lines = Object.entries(COMMANDS).map(([name, command]) =>
    [`  cullet ${name} ${command.usage[0]}`, ...command.usage.slice(1).map((text) => `      ${text}`)].join(
      "\n",
    ),
  );
  return `Usage:

${lines.join("\n\n")}

  --cache   the URI of a cache, or an alias of cullet.config.js in the working directory [default]
  --json    answers in JSON`;
}

function codeOf(error: unknown): string | undefined {
  return error instanceof CulletError ? error.code : undefined;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
