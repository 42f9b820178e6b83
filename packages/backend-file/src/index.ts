export { file, file as default } from "./file.js";
export { FileBackend, type FileOptions } from "./file-backend.js";
