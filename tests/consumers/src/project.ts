import { mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inject } from "vitest";
import type { Packed } from "./pack.ts";
import { run } from "./run.ts";

/** An app's folder outside the workspace, with nothing in it but what a test writes and installs. */
export class Project {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async create(): Promise<Project> {
    return new Project(await realpath(await mkdtemp(join(tmpdir(), "cullet-app-"))));
  }

  path(file: string): string {
    return join(this.folder, file);
  }

  write(file: string, content: string | object): Promise<void> {
    return writeFile(this.path(file), typeof content === "string" ? content : JSON.stringify(content));
  }

  /** Installs the tarballs of these packages, by npm or, with its isolated node_modules, by pnpm. */
  async install(manager: "npm" | "pnpm", names: string[]): Promise<void> {
    const dependencies = Object.fromEntries(names.map((name) => [name, `file:${tarball(name).filename}`]));
    await this.write("package.json", { private: true, type: "module", dependencies });
    if (manager === "npm") {
      await run(this.folder, "npm", "install", "--prefer-offline", "--no-audit", "--no-fund");
      return;
    }
    // An adapter asks for a version of core that the registry need not have yet.
    await this.write("pnpm-workspace.yaml", { overrides: dependencies });
    await run(this.folder, "npx", "--yes", inject("pnpm"), "install", "--prefer-offline");
  }

  /** Writes a program, runs it from a folder (this one, if none is given) and returns its output. */
  async runNode(file: string, source: string, cwd = this.folder): Promise<string> {
    await this.write(file, source);
    return run(cwd, process.execPath, this.path(file));
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true });
  }
}

function tarball(name: string): Packed {
  const found = inject("packed").find((packed) => packed.name === name);
  if (!found) throw new Error(`${name} is not among the published packages`);
  return found;
}
