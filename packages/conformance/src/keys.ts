/** Whether every backend takes `key`, under no prefix and version 1: also those with `features.portableKeysOnly`. */
export function isPortable(key: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
  return key.isWellFormed() && !/[\x00-\x20\x7f]/.test(key) && Buffer.byteLength(`:1:${key}`) <= 250;
}
