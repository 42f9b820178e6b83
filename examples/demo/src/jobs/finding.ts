import type { Country, Town } from "../towns.js";

/** What a job found out about a country: enough to show it as a page and on a map. */
export interface Finding {
  /** The answer in a sentence. */
  readonly headline: string;
  /** What the rows say. */
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Lines for the map, each from town to town. */
  readonly lines: readonly (readonly Town[])[];
  /** Towns to mark on the map. */
  readonly marks: readonly Town[];
}

/** A question that takes long to answer. */
export interface Job {
  /** The question as a title: `"Shortest round trip"`. */
  readonly title: string;
  /** What is asked, and how it is found, in a sentence or two. */
  readonly about: string;
  run(country: Country): Finding;
}
