import { locmem } from "@cullet/backend-locmem";
import { createCache } from "@cullet/core";
import { Page } from "./page.js";

const cache = createCache({ backend: locmem, location: "pages" });

async function findBestsellers(language: string): Promise<string[]> {
  console.log(`looking for bestsellers in ${language}`);
  return ["Pride & Prejudice", "Middlemarch"];
}

for (const user of ["Ada", "Bob"]) {
  const page = <Page cache={cache} user={user} language="en" findBestsellers={findBestsellers} />;
  console.log(await page.toString());
}
await cache.close();
