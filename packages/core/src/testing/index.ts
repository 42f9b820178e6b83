export type { Operation } from "../backend/wrapped-backend.js";
export { type ChaosBackend, type ChaosOptions, chaos } from "./chaos.js";
export { type FakeClock, type FakeClockOptions, fakeClock } from "./fake-clock.js";
export type { FaultOptions } from "./faults.js";
