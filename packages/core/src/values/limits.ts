/** How deep objects and arrays may be nested in one another, in what is stored and in what is read back. */
export const MAX_DEPTH = 1000;

/** How many bytes one payload may take: 128 MiB. */
export const MAX_BYTES = 2 ** 27;
