import { testBackend } from "@cullet/conformance";
import { chaos } from "@cullet/core/testing";
import { afterAll, beforeAll, describe, it } from "vitest";
import { locmem } from "../src/index.js";

let stores = 0;

testBackend({
  name: "locmem",
  create: (options) => locmem({ location: `conformance-${stores++}`, options }),
  runner: { describe, it, beforeAll, afterAll },
});

testBackend({
  name: "locmem of references",
  create: (options) => locmem({ location: `conformance-${stores++}`, options: { ...options, clone: false } }),
  runner: { describe, it, beforeAll, afterAll },
});

testBackend({
  name: "locmem behind chaos that is calm",
  create: (options) => chaos(locmem({ location: `conformance-${stores++}`, options })),
  runner: { describe, it, beforeAll, afterAll },
});
