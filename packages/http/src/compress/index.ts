export { compressLayer } from "./compress.js";
export type { Encoding } from "./encoding.js";
export type { CompressOptions } from "./options.js";
