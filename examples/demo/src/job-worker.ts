import { parentPort } from "node:worker_threads";
import type { Outcome, Task } from "./job-runner.js";
import { jobs } from "./jobs/jobs.js";
import { countries } from "./towns.js";

parentPort?.on("message", (task: Task) => parentPort?.postMessage(perform(task)));
// Says that the towns are read.
parentPort?.postMessage(undefined);

// An error is sent like a result, since a thread that throws it would be gone for the next task.
function perform({ job, country }: Task): Outcome {
  try {
    const subject = countries.get(country);
    if (!subject) throw new RangeError(`there is no country ${country}`);
    const started = performance.now();
    const finding = jobs[job].run(subject);
    return { result: { finding, tookMs: performance.now() - started } };
  } catch (error) {
    return { error };
  }
}
