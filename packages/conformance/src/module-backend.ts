import { createRequire } from "node:module";
import { isAbsolute, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { type BackendConfig, type BackendFactory, type CullOptions, fillBackendConfig } from "@cullet/core";
import type { Processes } from "./processes/processes.js";
import type { Create } from "./subject.js";

/** What the suite needs to know of a backend that is loaded by its module. */
export interface ModuleBackend {
  create: Create;
  /** Left out where the store is of one process only. */
  processes?: Processes;
}

/** Loads the factory that `module` exports as default, seen from the working directory. */
export async function moduleBackend(
  module: string,
  location: string,
  options: Readonly<Record<string, string>>,
): Promise<ModuleBackend> {
  const { default: factory } = (await import(toUrl(module))) as { default?: BackendFactory };
  if (typeof factory !== "function")
    throw new TypeError("the default export should be a factory, which makes a backend");
  const configFor = (culling: CullOptions = {}): BackendConfig =>
    fillBackendConfig({ location, options: { ...options, ...culling }, fromText: true });
  const create: Create = async (culling) => {
    const backend = await factory(configFor(culling));
    await backend.clear("");
    return backend;
  };
  const first = await factory(configFor());
  await first.close();
  if (!first.features.shared) return { create };
  const uri = `${module}://${location}?${new URLSearchParams(options)}`;
  return { create, processes: { cache: () => uri, from: process.cwd() } };
}

function toUrl(module: string): string {
  const isPath = module.startsWith(".") || isAbsolute(module);
  const path = isPath ? resolve(module) : createRequire(join(process.cwd(), "package.json")).resolve(module);
  return pathToFileURL(path).href;
}
