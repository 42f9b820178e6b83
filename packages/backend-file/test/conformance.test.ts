import { testBackend } from "@cullet/conformance";
import { afterAll, beforeAll, describe, it } from "vitest";
import { file } from "../src/index.js";
import { newDirectory, removeDirectories } from "./helpers.js";

afterAll(removeDirectories);

testBackend({
  name: "file",
  create: (options) => file({ location: newDirectory(), options }),
  processes: { cache: () => ({ backend: "file", location: newDirectory() }), from: import.meta.url },
  runner: { describe, it, beforeAll, afterAll },
});
