import { type Readers, readFields, rejectUnknown, requireObject, type ValuesOf } from "./fields.js";
import { integer } from "./readers.js";
import type { PartialBackendConfig } from "./types.js";

export * as option from "./readers.js";

/** Reads the options of every backend that culls: `readOptions(config, { ...cullOptions, … })`. */
export const cullOptions = {
  maxEntries: integer({ min: 1, default: 300 }),
  cullFrequency: integer({ min: 0, default: 3 }),
};

/**
 * Returns a backend's own options, each filled by its reader:
 * `readOptions(config, { ...cullOptions, table: option.text({ default: "cache" }) })`.
 *
 * `maxEntries` and `cullFrequency` may always be given: a backend that does not cull has no use for them.
 *
 * @throws InvalidConfigError naming the option that is unknown or cannot be read, unless the configuration is lenient.
 */
export function readOptions<R extends Readers>(
  config: PartialBackendConfig<object>,
  readers: R,
): ValuesOf<R> {
  const { options = {}, fromText = false, lenient = false } = config;
  const path = `${config.path ?? "cache"}.options`;
  requireObject(options, path);
  if (!lenient) rejectUnknown(withoutCullOptions(options), Object.keys(readers), path);
  return readFields(options, readers, { path, fromText, lenient });
}

function withoutCullOptions(options: object): object {
  return Object.fromEntries(Object.entries(options).filter(([name]) => !Object.hasOwn(cullOptions, name)));
}
