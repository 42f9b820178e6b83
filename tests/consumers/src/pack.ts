import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { run } from "./run.ts";

/** A package as `pnpm publish` would send it. */
export interface Packed {
  name: string;
  /** The tarball. */
  filename: string;
  files: { path: string }[];
}

declare module "vitest" {
  interface ProvidedContext {
    packed: Packed[];
    /** The pnpm of this workspace, as npx takes it. */
    pnpm: string;
  }
}

const root = join(import.meta.dirname, "../../..");

/** Packs every package that is not private, once for all test files. */
export async function setup(project: TestProject) {
  const { packageManager: pnpm } = await manifest(root);
  const tarballs = await mkdtemp(join(tmpdir(), "cullet-tarballs-"));
  const published = (await publishedPackages()).map((name) => `--filter=${name}`);
  const printed = await run(
    root,
    "npx",
    "--yes",
    pnpm,
    "--recursive",
    ...published,
    "pack",
    "--json",
    "--pack-destination",
    tarballs,
  );
  project.provide("packed", JSON.parse(printed));
  project.provide("pnpm", pnpm);
  return () => rm(tarballs, { recursive: true });
}

async function publishedPackages() {
  const folders = await readdir(join(root, "packages"));
  const manifests = await Promise.all(folders.map((folder) => manifest(join(root, "packages", folder))));
  return manifests.filter(({ private: isPrivate }) => !isPrivate).map(({ name }) => name);
}

async function manifest(folder: string) {
  return JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
}
