import { InvalidConfigError } from "@cullet/core";

/**
 * Loads a driver. That of SQLite is there only where it is used.
 *
 * @param path where the cache is configured, for errors.
 * @throws InvalidConfigError naming the package to install.
 */
export async function loadDriver<T>(name: string, path: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const isMissing = code === "ERR_MODULE_NOT_FOUND" && message.includes(`'${name}'`);
    throw new InvalidConfigError(
      isMissing
        ? `${path} needs the package ${name}, which is not installed: npm install ${name}`
        : `${path} needs the package ${name}, which cannot be loaded: ${message}`,
      { cause: error },
    );
  }
}
