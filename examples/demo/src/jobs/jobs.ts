import { depots } from "./depots.js";
import type { Job } from "./finding.js";
import { range } from "./range.js";
import { tour } from "./tour.js";

/** The jobs, by the name that stands in addresses and keys. */
export const jobs = { tour, depots, range } satisfies Record<string, Job>;

export type JobName = keyof typeof jobs;

export const jobNames = Object.keys(jobs) as JobName[];

/** Whether there is a job of that name. */
export function isJobName(name: string): name is JobName {
  return Object.hasOwn(jobs, name);
}
