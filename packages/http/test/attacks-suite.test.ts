import { ADAPTERS } from "./suite/adapters.js";
import { attackScenarios } from "./suite/attacks.js";
import { runScenarios } from "./suite/run.js";

for (const adapter of ADAPTERS) runScenarios("attacks", attackScenarios, adapter);
