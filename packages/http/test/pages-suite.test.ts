import { ADAPTERS } from "./suite/adapters.js";
import { pageScenarios } from "./suite/pages.js";
import { runScenarios } from "./suite/run.js";

for (const adapter of ADAPTERS) runScenarios("pages", pageScenarios, adapter);
