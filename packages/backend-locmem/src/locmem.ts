import {
  cullOptions,
  fillBackendConfig,
  InvalidConfigError,
  option,
  type PartialBackendConfig,
  readOptions,
} from "@cullet/core";
import { LocMemBackend, type LocMemOptions } from "./locmem-backend.js";
import { LocMemStore } from "./locmem-store.js";

/**
 * Makes a backend in this process's memory. The location names the store: backends of one name share their entries.
 *
 * @throws InvalidConfigError naming the option that is wrong.
 */
export function locmem(config: PartialBackendConfig<LocMemOptions> = {}): LocMemBackend {
  const { location, path } = fillBackendConfig(config);
  const options = readOptions(config, {
    ...cullOptions,
    clone: option.boolean({ default: true }),
    maxBytes: option.integer({ min: 1, default: Number.POSITIVE_INFINITY }),
  });
  if (!options.clone && options.maxBytes !== Number.POSITIVE_INFINITY) {
    throw new InvalidConfigError(
      `${path}.options.maxBytes needs clone: true; what a value takes is not known without a copy`,
    );
  }
  return new LocMemBackend(LocMemStore.named(location), options);
}
