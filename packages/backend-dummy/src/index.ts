export { dummy, dummy as default } from "./dummy.js";
export { DummyBackend } from "./dummy-backend.js";
