export { type TestFleetOptions, testFleet } from "./fleet/test-fleet.js";
export type { Processes } from "./processes/processes.js";
export { type Report, type RunOptions, runConformance, type TestResult } from "./report.js";
export type { Runner } from "./runner.js";
export type { Create } from "./subject.js";
export { type TestBackendOptions, testBackend } from "./test-backend.js";
