import { existsSync, readFileSync, realpathSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, isAbsolute, join, resolve, sep, win32 } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { isObject } from "./fields.js";

const IMPORT_CONDITIONS: ReadonlySet<string> = new Set(["import", "node", "module-sync", "default"]);

/** Whether `specifier` is the path of a module, and not the name of a package. */
export function isModulePath(specifier: string): boolean {
  return /^(\.\.?([\\/]|$)|file:)/.test(specifier) || isAbsolute(specifier) || win32.isAbsolute(specifier);
}

/** Returns the absolute path that `specifier` means, seen from the file or folder `from`. */
export function toModulePath(specifier: string, from: string | undefined): string {
  if (specifier.startsWith("file:")) return fileURLToPath(specifier);
  return resolve(from === undefined ? process.cwd() : folderOf(from), specifier);
}

/**
 * Returns what to `import` for the module at an absolute path, or `undefined` where there is none.
 *
 * @throws what Node's resolution throws, if there is one that cannot be resolved.
 */
export function resolvePath(path: string): string | undefined {
  return tryResolve(path, dirname(path));
}

/**
 * Returns what to `import` for a package, or `undefined` where it is not installed. It is looked for as the application
 * sees it, since the packages that core itself sees may be none but its own: from the file or folder `from`, the working
 * directory, the program's main module, and core at last.
 *
 * @throws what Node's resolution throws, if it is installed but cannot be resolved.
 */
export function resolvePackage(specifier: string, from: string | undefined): string | undefined {
  for (const folder of searchFolders(from)) {
    const found = tryResolve(specifier, folder);
    if (found !== undefined) return found;
  }
  return undefined;
}

function searchFolders(from: string | undefined): string[] {
  // A program started through a link, as those in node_modules/.bin are, sees the packages beside its real file.
  const [, main] = process.argv;
  return [
    ...(from === undefined ? [] : [folderOf(from)]),
    process.cwd(),
    ...(main !== undefined && existsSync(main) ? [folderOf(realpathSync(main))] : []),
    dirname(fileURLToPath(import.meta.url)),
  ];
}

function folderOf(path: string): string {
  const absolute = resolve(path);
  return statSync(absolute, { throwIfNoEntry: false })?.isDirectory() ? absolute : dirname(absolute);
}

function tryResolve(specifier: string, folder: string): string | undefined {
  const require = createRequire(`${folder}${sep}`);
  try {
    return toUrl(require.resolve(specifier));
  } catch (error) {
    if (isNotFound(error)) return undefined;
    const imported =
      codeOf(error) === "ERR_PACKAGE_PATH_NOT_EXPORTED" ? resolveImport(specifier, require) : undefined;
    if (imported === undefined) throw error;
    return toUrl(imported);
  }
}

/** Resolves a package that exports to `import` alone, which `require.resolve` does not see. */
function resolveImport(specifier: string, require: NodeJS.Require): string | undefined {
  const name = packageName(specifier);
  const folder = (require.resolve.paths(specifier) ?? [])
    .map((modules) => join(modules, name))
    .find((candidate) => existsSync(join(candidate, "package.json")));
  if (folder === undefined) return undefined;
  const manifest: { exports?: unknown } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const target = importTarget(exportsOf(manifest.exports, `.${specifier.slice(name.length)}`));
  return target === undefined ? undefined : join(folder, target);
}

/** Returns the name of the package, which may have the path of one of its modules behind it. */
export function packageName(specifier: string): string {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}

function exportsOf(exports: unknown, subpath: string): unknown {
  const hasSubpaths = isObject(exports) && Object.keys(exports).some((key) => key.startsWith("."));
  if (hasSubpaths) return Reflect.get(exports, subpath);
  return subpath === "." ? exports : undefined;
}

function importTarget(target: unknown): string | undefined {
  if (typeof target === "string") return target;
  if (Array.isArray(target)) return target.map(importTarget).find((path) => path !== undefined);
  if (!isObject(target)) return undefined;
  return Object.entries(target)
    .filter(([condition]) => IMPORT_CONDITIONS.has(condition))
    .map(([, nested]) => importTarget(nested))
    .find((path) => path !== undefined);
}

// A module of Node's own is no path.
function toUrl(resolved: string): string {
  return isAbsolute(resolved) ? pathToFileURL(resolved).href : resolved;
}

// A package that is there, but whose main file is not, has a path in its error.
function isNotFound(error: unknown): boolean {
  return codeOf(error) === "MODULE_NOT_FOUND" && isObject(error) && !("path" in error);
}

// No `instanceof Error`: where tests run in a realm of their own, Node's errors are of another.
function codeOf(error: unknown): unknown {
  return isObject(error) ? Reflect.get(error, "code") : undefined;
}
