import type { CullOptions } from "@cullet/core";
import type { Subject } from "./subject.js";

/**
 * Declares a test. Its body gets a backend of its own, made with `culling` where that is given. Where `features` rule
 * out what the test is about, the body checks what is documented instead: no test is skipped.
 */
export type Declare = (
  name: string,
  body: (subject: Subject) => Promise<void>,
  culling?: Required<CullOptions>,
) => void;

/** The tests of one part of the contract. */
export interface Chapter {
  readonly title: string;
  /**
   * Whether it holds where nothing is kept, too. Where not, its tests check on such a backend that nothing is.
   * @default false
   */
  readonly ofAnyBackend?: boolean;
  tests(it: Declare): void;
}
