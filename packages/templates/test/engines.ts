import { Liquid } from "liquidjs";
import nunjucks from "nunjucks";
import type { CacheTagOptions } from "../src/cache-tag.js";
import { cacheTag as liquidTag } from "../src/liquid.js";
import { cacheTag as nunjucksTag } from "../src/nunjucks.js";

/** Renders templates that have the tag. */
export interface Engine {
  /** Renders a template; those of `included` can be included by their names. */
  render(source: string, context?: object, included?: Readonly<Record<string, string>>): Promise<string>;
}

/** Makes each engine, with the tag and the filters that the tests use. */
export const engines: Readonly<Record<string, (options: CacheTagOptions) => Engine>> = {
  Nunjucks: (options) => ({
    render: (source, context = {}, included = {}) => {
      const loader = {
        getSource: (path: string) => ({ src: included[path] ?? "", path, noCache: true }),
      };
      const environment = new nunjucks.Environment(loader, { autoescape: true, throwOnUndefined: false });
      environment.addExtension("cache", nunjucksTag(options));
      environment.addFilter("noop", (value: unknown) => value);
      return new Promise((resolve, reject) => {
        environment.renderString(source, context, (error, text) =>
          error ? reject(error) : resolve(text ?? ""),
        );
      });
    },
  }),
  LiquidJS: (options) => ({
    render: (source, context = {}, included = {}) => {
      const engine = new Liquid({ templates: included, outputEscape: "escape" });
      engine.registerTag("cache", liquidTag(options));
      engine.registerFilter("noop", (value: unknown) => value);
      return engine.parseAndRender(source, context);
    },
  }),
};
