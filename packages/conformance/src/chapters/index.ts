import type { Chapter } from "../chapter.js";
import { basics } from "./basics.js";
import { clear } from "./clear.js";
import { close } from "./close.js";
import { counters } from "./counters.js";
import { culling } from "./culling.js";
import { errors } from "./errors.js";
import { expiry } from "./expiry.js";
import { getOrSet } from "./get-or-set.js";
import { backendInterface } from "./interface.js";
import { keeping } from "./keeping.js";
import { keys } from "./keys.js";
import { listing } from "./listing.js";
import { many } from "./many.js";
import { races } from "./races.js";
import { random } from "./random.js";
import { timeouts } from "./timeouts.js";
import { touch } from "./touch.js";
import { undecodable } from "./undecodable.js";
import { values } from "./values.js";
import { versions } from "./versions.js";
import { views } from "./views.js";

/** The chapters of the suite, in the order in which they run. */
export const chapters: readonly Chapter[] = [
  keeping,
  backendInterface,
  basics,
  many,
  keys,
  values,
  timeouts,
  expiry,
  touch,
  counters,
  versions,
  clear,
  listing,
  culling,
  getOrSet,
  views,
  errors,
  undecodable,
  races,
  random,
  close,
];
