import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/** What a program wrote, and the code it ended with. */
export interface Outcome {
  readonly code: number | null;
  readonly output: string;
}

/** The path of a file of these tests. */
export function fixture(name: string): string {
  return fileURLToPath(new URL(`./fixtures/${name}`, import.meta.url));
}

/** Runs a Node program in the folder of this package, away from the test runner around it. */
export async function runNode(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Outcome> {
  const { NODE_OPTIONS, NODE_TEST_CONTEXT, VITEST, ...outer } = process.env;
  const cwd = fileURLToPath(new URL("..", import.meta.url));
  const child = spawn(process.execPath, args, { cwd, env: { ...outer, NO_COLOR: "1", ...env } });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += chunk));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  return { code, output };
}
