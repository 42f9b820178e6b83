import { type Awaitable, isThenable } from "./awaitable.js";

/** Runs tasks on the same key one after another, and tasks on different keys side by side. */
export class KeyedMutex {
  // The last task on each key that has one running. None of these promises rejects.
  readonly #last = new Map<string, Promise<void>>();
  #lastOnAll: Promise<void> | undefined;

  /** Runs `task` when no other runs on any of `keys`: at once, where that is so already. */
  run<T>(keys: readonly string[], task: () => Awaitable<T>): Awaitable<T> {
    const before = keys
      .map((key) => this.#last.get(key) ?? this.#lastOnAll)
      .filter((last) => last !== undefined);
    const result = before.length === 0 ? task() : Promise.all(before).then(task);
    if (!isThenable(result)) return result;

    const done = settled(result);
    for (const key of keys) this.#last.set(key, done);
    void done.then(() => {
      for (const key of keys) if (this.#last.get(key) === done) this.#last.delete(key);
    });
    return result;
  }

  /** Runs `task` when no other runs, and holds all others up meanwhile. */
  runAlone<T>(task: () => Awaitable<T>): Awaitable<T> {
    const before = [...this.#last.values()];
    if (this.#lastOnAll !== undefined) before.push(this.#lastOnAll);
    const result = before.length === 0 ? task() : Promise.all(before).then(task);
    if (!isThenable(result)) return result;

    const done = settled(result);
    // A key with a running task would otherwise be entered again without regard to this one.
    for (const key of this.#last.keys()) this.#last.set(key, done);
    this.#lastOnAll = done;
    void done.then(() => {
      if (this.#lastOnAll === done) this.#lastOnAll = undefined;
      for (const [key, last] of this.#last) if (last === done) this.#last.delete(key);
    });
    return result;
  }
}

function settled(result: Promise<unknown>): Promise<void> {
  return result.then(
    () => {},
    () => {},
  );
}
