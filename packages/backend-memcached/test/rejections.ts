import { afterAll, afterEach, expect } from "vitest";

/** Has every test of this file fail that leaves a rejection to nobody. */
export function expectNoRejections(): void {
  const rejections: unknown[] = [];
  const note = (reason: unknown) => rejections.push(reason);
  process.on("unhandledRejection", note);
  afterAll(() => process.off("unhandledRejection", note));
  afterEach(() => expect(rejections.splice(0)).toEqual([]));
}
