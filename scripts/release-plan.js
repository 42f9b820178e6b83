// Prints the versions that the changesets lead to. `changeset status` reads only those newer than a branch, which a
// clone need not have; this reads all, and fails on one that is malformed or names no package of the workspace.
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import getReleasePlan from "@changesets/get-release-plan";

const { changesets, releases } = await getReleasePlan(dirname(dirname(fileURLToPath(import.meta.url))));
const asked = new Set(changesets.flatMap((set) => set.releases.map(({ name, type }) => `${name} ${type}`)));

for (const { name, type, oldVersion, newVersion } of releases) {
  if (type === "none") continue;
  console.log(`${name}: ${oldVersion} -> ${newVersion}`);
  if (type !== "major" || asked.has(`${name} major`)) continue;
  // What a peer dependency on a package of the workspace does.
  console.error(`${name} would get a major version that no changeset asks for.`);
  process.exitCode = 1;
}
