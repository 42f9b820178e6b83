import { afterAll, beforeAll, describe, it } from "vitest";
import { testBackend } from "../src/index.js";
import { ReferenceBackend } from "./reference-backend.js";

testBackend({
  name: "a backend that overrides everything",
  create: (options) => new ReferenceBackend(options),
  runner: { describe, it, beforeAll, afterAll },
});
