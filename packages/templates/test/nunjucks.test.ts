import { locmem } from "@cullet/backend-locmem";
import { createCache } from "@cullet/core";
import nunjucks from "nunjucks";
import { beforeEach, describe, expect, it } from "vitest";
import { fragmentKey } from "../src/index.js";
import { cacheTag } from "../src/nunjucks.js";
import { type Engine, engines } from "./engines.js";

let names = 0;
const newCache = () => createCache({ backend: locmem, location: `nunjucks-${++names}` });

describe("the cache tag of Nunjucks", () => {
  let engine: Engine;
  beforeEach(() => {
    engine = (engines.Nunjucks as (typeof engines)[string])({ cache: newCache() });
  });

  const block = "{% cache 500 part %}x{% endcache %}";
  it.each([
    ["macro", `{% macro m() %}${block}{% endmacro %}`],
    ["call", `{% macro m() %}{{ caller() }}{% endmacro %}{% call m() %}${block}{% endcall %}`],
    ["filter", `{% filter upper %}${block}{% endfilter %}`],
    ["set", `{% set text %}${block}{% endset %}`],
    ["macro", `{%- macro m() -%}{% if true %}{% set a = 1 %}${block}{% endif %}{% endmacro %}`],
  ])("says that it cannot stand in a %s", async (name, source) => {
    await expect((async () => engine.render(source))()).rejects.toThrow(
      `"cache" tag cannot stand in a ${name}, which Nunjucks renders at once`,
    );
  });

  it.each([
    `{% macro m() %}m{% endmacro %}{% set a = 1 %}{% set b %}b{% endset %}${block}`,
    `{# {% macro m() %} #}${block}`,
    `{% raw %}{% macro m() %}{% endraw %}${block}`,
    `{% verbatim %}{% macro m() %}{% raw %}{% endverbatim %}${block}`,
  ])("can stand in %s", async (source) => {
    expect(await engine.render(source)).toMatch(/x$/);
  });

  it("calls macros in its block, and takes a text that is marked as safe for what it is", async () => {
    const source = [
      "{% macro m(text) %}[{{ text }}]{% endmacro %}",
      "{% cache 500 part text|safe %}{{ m(text) }}{{ text|safe }}{% endcache %}",
    ].join("");
    for (let times = 0; times < 2; times += 1) {
      expect(await engine.render(source, { text: "<i>" })).toBe("[&lt;i&gt;]<i>");
    }
  });

  it("works in templates that extend others", async () => {
    const base = "<{% block content %}base {% cache 500 base %}{{ n }}{% endcache %}{% endblock %}>";
    const page =
      "{% extends 'base' %}{% block content %}{% cache 500 page %}{{ n }}{% endcache %} {{ super() }}{% endblock %}";
    expect(await engine.render(page, { n: 1 }, { base })).toBe("<1 base 1>");
    expect(await engine.render(page, { n: 2 }, { base })).toBe("<1 base 1>");
  });

  it("works with tags of one's own making, and without escaping", async () => {
    const cache = newCache();
    const tags = { blockStart: "<%", blockEnd: "%>", commentStart: "<#", commentEnd: "#>" };
    const environment = new nunjucks.Environment([], { autoescape: false, tags });
    environment.addExtension("fragments", cacheTag({ cache }));
    const source = "<# <% macro m() %> #><% cache 500 part %>{{ text }}<% endcache %>";
    const text = await new Promise((resolve, reject) => {
      environment.renderString(source, { text: "<b>" }, (error, text) =>
        error ? reject(error) : resolve(text),
      );
    });
    expect(text).toBe("<b>");
    expect(await cache.get(fragmentKey("part"))).toBe("<b>");
  });
});
