import { testBackend } from "@cullet/conformance";
import { afterAll, beforeAll, describe, it } from "vitest";
import { dummy } from "../src/index.js";

testBackend({ name: "dummy", create: () => dummy(), runner: { describe, it, beforeAll, afterAll } });
