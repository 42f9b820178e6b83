import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

/**
 * Runs a script of this package and waits for its end. It also goes on to its end where this process is interrupted,
 * since half an installation is worse than one too many.
 */
export async function runScript(name: string, ...args: string[]): Promise<void> {
  const path = fileURLToPath(new URL(`../../scripts/${name}`, import.meta.url));
  const directory = mkdtempSync(join(tmpdir(), "cullet-script-"));
  try {
    // A pipe to this process would break with it.
    const log = openSync(join(directory, "log"), "w");
    const child = spawn("sh", [path, ...args], { detached: true, stdio: ["ignore", log, log] });
    closeSync(log);
    const [code] = await once(child, "exit");
    const end = readFileSync(join(directory, "log"), "utf8").trim().split("\n").slice(-3).join("\n");
    if (code !== 0) throw new Error(`${name} failed: ${end}`);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** Whether this process may install Debian's packages. */
export async function canInstall(): Promise<boolean> {
  if (process.getuid?.() !== 0) return false;
  return promisify(execFile)("apt-get", ["--version"]).then(
    () => true,
    () => false,
  );
}
