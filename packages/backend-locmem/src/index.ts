export { locmem, locmem as default } from "./locmem.js";
export { LocMemBackend, type LocMemOptions } from "./locmem-backend.js";
