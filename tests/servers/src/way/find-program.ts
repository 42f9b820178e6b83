import { existsSync, readdirSync } from "node:fs";
import { delimiter, join } from "node:path";
import { ServerUnavailableError } from "../errors.js";
import type { Program } from "../program.js";
import { canInstall, runScript } from "./scripts.js";

const POSTGRES_VERSIONS = "/usr/lib/postgresql";

/** Makes sure that this machine has the program: installs its Debian package where that is possible. */
export async function findOrInstall({ binary, debianPackage }: Pick<Program, "binary" | "debianPackage">) {
  if (isHere(binary)) return;
  let cause: unknown;
  if (await canInstall()) {
    console.info(`Installing ${debianPackage} for the tests`);
    cause = await runScript("apt-install.sh", debianPackage).catch((error: unknown) => error);
    if (isHere(binary)) return;
  }
  throw new ServerUnavailableError(
    `${binary} is not on this machine: install it (on Debian: apt-get install ${debianPackage}), ` +
      "start a Docker engine, or name a server in the environment (CULLET_TEST_…_URL)",
    { cause },
  );
}

/** The directories that may hold server programs, as a value for PATH. */
export function searchPath(): string {
  const versions = existsSync(POSTGRES_VERSIONS) ? readdirSync(POSTGRES_VERSIONS) : [];
  const newestFirst = versions.sort((a, b) => Number(b) - Number(a));
  return [
    // Before PATH, where a lone `postgres` may be of another version than `initdb`.
    ...newestFirst.map((version) => join(POSTGRES_VERSIONS, version, "bin")),
    process.env.PATH ?? "",
    "/usr/local/sbin",
    "/usr/sbin",
    "/sbin",
  ].join(delimiter);
}

function isHere(binary: string): boolean {
  return searchPath()
    .split(delimiter)
    .some((directory) => existsSync(join(directory, binary)));
}
