import { quote } from "./describe.js";
import { BackendTimeoutError } from "./errors.js";
import { Lease } from "./lease.js";
import type { Place } from "./place.js";

/** How long one change may take of an entry that its store cannot make in one command. */
const CHANGE_MS = 5_000;
/** How long one waits for those before it, of whom one may have died. */
const CHANGE_WAIT_MS = 2 * CHANGE_MS;
/** How long it waits at most between two looks: a change takes a few commands. */
const CHANGE_LOOK_MS = 20;

/**
 * Runs a change of an entry that takes several commands, apart from all others of the same entry.
 *
 * @param change gets a function to call before it writes, which throws where its turn is over.
 * @throws BackendTimeoutError where its turn did not come, or was over. Nothing was changed.
 */
export async function changing<T>(
  place: Place,
  change: (confirm: () => Promise<void>) => Promise<T>,
): Promise<T> {
  const { engine, loaded, keys, stored } = place;
  return engine.change(loaded, stored, async () => {
    const terms = { loaded, key: keys.hidden("change", stored), ttlMs: CHANGE_MS, renewed: true };
    const lease = await Lease.wait(engine, terms, CHANGE_WAIT_MS, CHANGE_LOOK_MS);
    if (lease === undefined) throw lateError(stored, `others kept changing it for ${CHANGE_WAIT_MS} ms`);
    try {
      return await change(async () => {
        if (!(await lease.confirm())) throw lateError(stored, "this process stood still for too long");
      });
    } finally {
      await lease.letGo();
    }
  });
}

function lateError(stored: string, reason: string): Error {
  return new BackendTimeoutError(`the entry at ${quote(stored)} was not changed: ${reason}`);
}
