import fc from "fast-check";

/**
 * Checks that `body` holds for so many values, made at random. Servers are slower than memory: what was tried within
 * the time that every test runner allows must do.
 */
export async function holds<T>(
  values: fc.Arbitrary<T>,
  numRuns: number,
  body: (value: T) => Promise<void>,
): Promise<void> {
  const limits = { numRuns, interruptAfterTimeLimit: 1_200, markInterruptAsFailure: false };
  await fc.assert(fc.asyncProperty(values, body), limits);
}
