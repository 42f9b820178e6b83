import { ADAPTERS } from "./suite/adapters.js";
import { helperScenarios } from "./suite/helpers.js";
import { runScenarios } from "./suite/run.js";

for (const adapter of ADAPTERS)
  runScenarios("header fields, conditions and compression", helperScenarios, adapter);
