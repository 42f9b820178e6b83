import { ADAPTERS } from "./suite/adapters.js";
import { runScenarios } from "./suite/run.js";
import { sharedCacheScenarios } from "./suite/shared-cache.js";

for (const adapter of ADAPTERS) runScenarios("httpCache", sharedCacheScenarios, adapter);
