import type { ParseArgsConfig } from "node:util";

/** Where a command writes its answer, a line at a time. */
export type Write = (line: string) => void;

/** What was said on the command line, besides the name of the command. */
export interface Arguments {
  readonly positionals: readonly string[];
  readonly options: Readonly<Record<string, string | boolean | undefined>>;
}

/** One command of the command line. */
export interface Command {
  /** What its arguments are, and what it does: a line each. */
  readonly usage: readonly string[];
  /** Its own options, besides those that all commands have. */
  readonly options: NonNullable<ParseArgsConfig["options"]>;
  /** How many arguments it takes at most. */
  readonly mostPositionals: number;
  /** Runs it, and returns what `--json` prints; without that, it has written for people. */
  run(args: Arguments, write: Write): Promise<object>;
}
