import { fileURLToPath } from "node:url";
import type { Cache } from "@cullet/core";
import { cacheTag } from "@cullet/templates/nunjucks";
import nunjucks from "nunjucks";
import { formatWhole } from "../format.js";
import { style } from "../web/style.js";

const FOLDER = fileURLToPath(new URL("../../views", import.meta.url));

/** Renders a view of the site with what it is to show. */
export type Render = (view: string, context: object) => Promise<string>;

/** Makes the views of the site, whose `{% cache %}` tags keep fragments in `cache`. */
export function createViews(cache: Cache): Render {
  const environment = new nunjucks.Environment(new nunjucks.FileSystemLoader(FOLDER), {
    throwOnUndefined: true,
  });
  environment.addExtension("cache", cacheTag({ cache }));
  environment.addGlobal("style", style.toString());
  environment.addFilter("whole", formatWhole);
  return (view, context) =>
    new Promise((resolve, reject) => {
      environment.render(view, context, (error, text) => (error ? reject(error) : resolve(text ?? "")));
    });
}
