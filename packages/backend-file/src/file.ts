import { resolve } from "node:path";
import {
  cullOptions,
  fillBackendConfig,
  InvalidConfigError,
  type PartialBackendConfig,
  quote,
  readOptions,
} from "@cullet/core";
import { FileBackend, type FileOptions } from "./file-backend.js";

/**
 * Makes a backend in a directory, which the location names. It is made when the first entry is stored.
 *
 * @throws InvalidConfigError naming the setting that is wrong.
 */
export function file(config: PartialBackendConfig<FileOptions> = {}): FileBackend {
  const { path, location, operationTimeoutMs } = fillBackendConfig(config);
  if (location === "" || location.includes("\0")) {
    throw new InvalidConfigError(
      `${path}.location must be the directory to keep the entries in; got ${quote(location)}`,
    );
  }
  return new FileBackend(resolve(location), readOptions(config, cullOptions), operationTimeoutMs);
}
