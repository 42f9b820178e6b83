export { tiered, tiered as default } from "./tiered.js";
export type { TieredBackend } from "./tiered-backend.js";
export type { TieredOptions, TierSource } from "./tiered-options.js";
