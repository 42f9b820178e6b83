import { describe } from "../describe.js";
import { InvalidConfigError, isCulletError } from "../errors.js";
import { isBackend } from "./backend-config.js";
import { closest } from "./closest.js";
import { isObject } from "./fields.js";
import { describeSetting, redact } from "./redact.js";
import { isModulePath, packageName, resolvePackage, resolvePath, toModulePath } from "./resolve.js";
import type { Backend, BackendFactory, ParsedConfig } from "./types.js";

const SHORT_NAMES = ["locmem", "file", "db", "memcached", "redis", "dummy", "tiered"];
const PACKAGE_NAME = /^(@[\w.-]+\/)?[\w.-]+$/;

/**
 * Makes the configured backend, without connecting it. Its package is imported now, unless a factory was given.
 *
 * @throws InvalidConfigError where the package is not installed or cannot be loaded, and where no backend comes of it.
 */
export async function loadBackend(config: ParsedConfig): Promise<Backend> {
  const factory =
    typeof config.backend === "string" ? await loadFactory(config.backend, config) : config.backend;
  const backend: unknown = await makeBackend(factory, config);
  if (isBackend(backend)) {
    // One that only looks like a backend may have nothing to load.
    await backend.load?.();
    return backend;
  }
  throw new InvalidConfigError(
    `${config.path}.backend must make a backend, which extends BaseBackend; it made ${describe(backend)}`,
  );
}

/**
 * Imports the factory that `backend` names: one of Cullet's backends, a package, or the path of a module.
 *
 * @throws InvalidConfigError where it is not installed, cannot be loaded, or exports no factory.
 */
async function loadFactory(
  backend: string,
  { path, from }: Pick<ParsedConfig, "path" | "from">,
): Promise<BackendFactory> {
  const setting = `${path}.backend ${describeSetting("backend", backend)}`;
  const module = await importModule(() => locate(backend, setting, from), setting);
  const factory = [module.default, module[backend], defaultOf(module.default)].find(isFactory);
  if (factory !== undefined) return factory;
  const names = Object.keys(module).join(", ");
  throw new InvalidConfigError(`${setting} exports no factory as default; it exports ${names || "nothing"}`);
}

async function makeBackend(factory: BackendFactory, { path, backendConfig }: ParsedConfig): Promise<unknown> {
  try {
    return await factory(backendConfig);
  } catch (error) {
    if (isCulletError(error)) throw error;
    throw new InvalidConfigError(`${path}.backend failed to make a backend: ${reasonOf(error)}`, {
      cause: error,
    });
  }
}

/** Returns what to import for `backend`. */
function locate(backend: string, setting: string, from: string | undefined): string {
  return isModulePath(backend) ? locatePath(backend, setting, from) : locatePackage(backend, setting, from);
}

function locatePath(specifier: string, setting: string, from: string | undefined): string {
  const path = toModulePath(specifier, from);
  const found = resolvePath(path);
  if (found !== undefined) return found;
  throw new InvalidConfigError(`${setting} was not found: there is no module ${path}`);
}

function locatePackage(backend: string, setting: string, from: string | undefined): string {
  const isShort = SHORT_NAMES.includes(backend);
  const specifier = isShort ? `@cullet/backend-${backend}` : backend;
  const name = packageName(specifier);
  if (!PACKAGE_NAME.test(name)) {
    throw new InvalidConfigError(`${setting} is neither a backend of Cullet, nor a package, nor a path`);
  }
  const found = resolvePackage(specifier, from);
  if (found !== undefined) return found;
  // Whoever misspells the name of a backend must not be led to install what happens to have that name.
  const meant = isShort ? undefined : closest(backend, SHORT_NAMES);
  const advice = meant === undefined ? `npm install ${name}` : `did you mean "${meant}"?`;
  throw new InvalidConfigError(`${setting} needs the package ${name}, which is not installed: ${advice}`);
}

async function importModule(locateModule: () => string, setting: string): Promise<Record<string, unknown>> {
  try {
    // Only known when the program runs, and no concern of a bundler.
    return await import(/* webpackIgnore: true */ /* @vite-ignore */ locateModule());
  } catch (error) {
    if (isCulletError(error)) throw error;
    throw new InvalidConfigError(`${setting} was found, but cannot be loaded: ${reasonOf(error)}`, {
      cause: error,
    });
  }
}

// What a CommonJS module exports is the default of its import, and its own default is one deeper.
function defaultOf(exported: unknown): unknown {
  return isObject(exported) ? Reflect.get(exported, "default") : undefined;
}

function isFactory(exported: unknown): exported is BackendFactory {
  return typeof exported === "function";
}

function reasonOf(error: unknown): string {
  return redact(error instanceof Error ? error.message : describe(error));
}
