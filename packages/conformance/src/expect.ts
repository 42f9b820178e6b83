import assert from "node:assert/strict";

/** Checks that `operation` rejects with the error of Cullet's that has this code, and a message that matches. */
export async function rejects(operation: Promise<unknown>, code: string, message = /\S/): Promise<void> {
  await assert.rejects(operation, (error) => {
    assert.ok(error instanceof Error, "what is thrown is an Error");
    assert.equal((error as { code?: unknown }).code, code, `${error.name}: ${error.message}`);
    assert.match(error.message, message);
    return true;
  });
}

/** Checks that `operation` rejects with a TypeError whose message matches: the caller's mistake. */
export async function rejectsArgument(operation: Promise<unknown>, message = /\S/): Promise<void> {
  await assert.rejects(operation, (error) => {
    assert.ok(error instanceof TypeError, `a TypeError was wanted, not ${error}`);
    assert.match(error.message, message);
    return true;
  });
}

/** Passes what the types forbid to a call that must refuse it. */
export function wrongly(value: unknown): never {
  return value as never;
}

/** Returns all that `listed` yields, sorted. */
export async function sorted(listed: AsyncIterable<string>): Promise<string[]> {
  const keys: string[] = [];
  for await (const key of listed) keys.push(key);
  return keys.sort();
}

/** Returns `count` results of `make`, all under way at once. */
export function atOnce<T>(count: number, make: (index: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => make(index)));
}
