import type { PartialBackendConfig } from "@cullet/core";
import { DummyBackend } from "./dummy-backend.js";

/**
 * Makes a backend that keeps nothing. Location and options mean nothing to it, so that those of another backend can
 * stay where they are while this one stands in for it.
 */
export function dummy(_config: PartialBackendConfig = {}): DummyBackend {
  return new DummyBackend();
}
