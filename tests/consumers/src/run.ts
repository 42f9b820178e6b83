import { execFile } from "node:child_process";
import { promisify } from "node:util";

// pnpm's own commands add the whole workspace to NODE_PATH, where an app must not find what it did not install.
const { NODE_PATH: _, ...env } = process.env;

/** Runs a program in a folder and returns what it printed; one that fails throws with all its output. */
export async function run(cwd: string, program: string, ...args: string[]): Promise<string> {
  const shell = process.platform === "win32" && (program === "npm" || program === "npx");
  try {
    const { stdout } = await promisify(execFile)(program, args, { cwd, env, shell, timeout: 100_000 });
    return stdout;
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`${[program, ...args].join(" ")} failed in ${cwd}\n${stdout}\n${stderr}`);
  }
}
