import { parseArgs } from "node:util";
import { runSuite } from "./run.js";

const { values } = parseArgs({ options: { suite: { type: "string" }, id: { type: "string" } } });
const { required, optimal, failures } = await runSuite(values);
for (const { kind, id, why } of failures) console.log(`${kind}  ${id}: ${why}`);
console.log(`required: ${required.passed} of ${required.all}`);
console.log(`optimal: ${optimal.passed} of ${optimal.all}`);
process.exit(0);
