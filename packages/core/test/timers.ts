import { vi } from "vitest";

/** The tick of the deadlines of a backend that does not end its calls itself, of which one is left when all are done. */
const TICK_MS = 100;

/** Returns how many fake timers are left to run. */
export async function timersLeft(): Promise<number> {
  await vi.advanceTimersByTimeAsync(TICK_MS);
  return vi.getTimerCount();
}
