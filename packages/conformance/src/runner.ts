/** The functions of a test runner that the suite calls. Those of vitest, jest, mocha and node:test all fit. */
export interface Runner {
  describe(name: string, body: () => void): unknown;
  it(name: string, body: () => Promise<void>): unknown;
  /** What node:test and mocha call `before`. */
  beforeAll(hook: () => Promise<void>): unknown;
  /** What node:test and mocha call `after`. */
  afterAll(hook: () => Promise<void>): unknown;
}
