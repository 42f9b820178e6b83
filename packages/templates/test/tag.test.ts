import { locmem } from "@cullet/backend-locmem";
import { type Cache, createCache, createCaches } from "@cullet/core";
import { beforeEach, describe, expect, it } from "vitest";
import { fragmentKey } from "../src/index.js";
import { type Engine, engines } from "./engines.js";

let names = 0;

describe.each(Object.entries(engines))("the cache tag of %s", (name, create) => {
  const isNunjucks = name === "Nunjucks";
  /** The filter with an argument of each engine. */
  const noop = isNunjucks ? '2|noop("x y")' : '2|noop:"x y"';
  const none = isNunjucks ? "none" : "nil";
  let cache: Cache;
  let engine: Engine;
  beforeEach(() => {
    cache = createCache({ backend: locmem, location: `tag-${++names}` });
    engine = create({ cache });
  });

  // The tests of Django's own tag, in their order, which share one cache: template_tests/syntax_tests/test_cache.py.
  it("does what Django's does", async () => {
    const table: readonly [source: string, context: object, expected: string][] = [
      ["{% cache 2 test %}cache03{% endcache %}", {}, "cache03"],
      ["{% cache 2 test %}cache04{% endcache %}", {}, "cache03"],
      ["{% cache 2 test foo %}cache05{% endcache %}", { foo: 1 }, "cache05"],
      ["{% cache 2 test foo %}cache06{% endcache %}", { foo: 2 }, "cache06"],
      ["{% cache 2 test foo %}cache07{% endcache %}", { foo: 1 }, "cache05"],
      ["{% cache time test foo %}cache08{% endcache %}", { foo: 2, time: 2 }, "cache06"],
      ["{% cache time test foo %}cache09{% endcache %}", { foo: 3, time: -1 }, "cache09"],
      ["{% cache time test foo %}cache10{% endcache %}", { foo: 3, time: -1 }, "cache10"],
      ["{% cache 1 foo bar %}{% endcache %}", { foo: "foo", bar: "with spaces" }, ""],
      [
        "{% cache 10 long_cache_key poem %}Some Content{% endcache %}",
        { poem: "O freddled gruntbuggly / Thy micturations are to me ".repeat(20) },
        "Some Content",
      ],
      [`{% cache ${noop} cache18 %}cache18{% endcache %}`, {}, "cache18"],
      ["{% cache 1 regression_20130 %}foo{% endcache %}", {}, "foo"],
    ];
    for (const [source, context, expected] of table) {
      expect(await engine.render(source, context)).toBe(expected);
    }
  });

  const unknown = '"cache" tag got an unknown variable: "foo"';
  const wrong = '"cache" tag got a wrong timeout value';
  it.each([
    ["{% cache %}{% endcache %}", {}, '"cache" tag requires at least 2 arguments'],
    ["{% cache 1 %}{% endcache %}", {}, '"cache" tag requires at least 2 arguments'],
    ["{% cache foo bar %}{% endcache %}", {}, unknown],
    ["{% cache foo.bar bar %}{% endcache %}", { foo: {} }, '"cache" tag got an unknown variable: "foo.bar"'],
    ["{% cache foo bar %}{% endcache %}", { foo: "fail" }, `${wrong}: "fail"`],
    ["{% cache foo bar %}{% endcache %}", { foo: [] }, `${wrong}: an array`],
    ["{% cache foo bar %}{% endcache %}", { foo: Number.NaN }, `${wrong}: NaN`],
    [
      '{% cache 1 backend using="does_not_exist" %}{% endcache %}',
      {},
      'Invalid cache name specified for "cache" tag: "does_not_exist"; the names are none',
    ],
    ["{% cache 1 backend using=foo %}{% endcache %}", {}, unknown],
    ['{% cache 1 backend using="a" bar %}{% endcache %}', {}, "as its last argument only"],
    ["{% cache 1 bar %}", {}, isNunjucks ? "unexpected end of file" : "not closed"],
    ["{% cache 1 bar foo %}{% endcache %}", { foo: Symbol("s") }, "makes no key"],
  ])("says what is wrong with %s for %j", async (source, context, message) => {
    await expect((async () => engine.render(source, context))()).rejects.toThrow(message);
    expect(cache.stats().sets).toBe(0);
  });

  it("takes timeouts as numbers, texts and none", async () => {
    const context = { digits: "500", unit: "5m", half: 0.5 };
    const timeouts = {
      "500": 500,
      digits: 500,
      unit: 300,
      '"2h"': 7_200,
      half: 0.5,
      [none]: null,
      null: null,
    };
    for (const [at, [timeout, seconds]] of Object.entries(timeouts).entries()) {
      await engine.render(`{% cache ${timeout} part ${at} %}x{% endcache %}`, context);
      const left = await cache.ttl(fragmentKey("part", [at]));
      if (seconds === null) expect(left).toBeNull();
      else expect(left).toBeGreaterThan(seconds * 0.9 - 1);
      if (seconds !== null) expect(left).toBeLessThanOrEqual(seconds);
    }
  });

  it.each([
    ["sidebar", "sidebar"],
    ['"side bar"', "side bar"],
    ["'side-bar'", "side-bar"],
    ["side-bar.top", "side-bar.top"],
  ])("takes %s as a name", async (written, expected) => {
    await engine.render(`{% cache 500 ${written} %}x{% endcache %}`);
    expect(await cache.get(fragmentKey(expected))).toBe("x");
  });

  it("keeps apart what differs in what it varies by", async () => {
    const source = "{% cache 500 sidebar user.name page %}{{ user.name }} {{ page }}{% endcache %}";
    for (const [who, page] of [
      ["a:", "b"],
      ["a", ":b"],
      ["a", 1],
      ["a", "1"],
      ["a", null],
      ["a", "null"],
      ["a", [1, 2]],
      ["a", "1,2"],
    ]) {
      const text = await engine.render(source, { user: { name: who }, page });
      expect(text).toBe(await engine.render(source, { user: { name: who }, page }));
      expect(await cache.get(fragmentKey("sidebar", [who, page]))).toBe(text);
    }
    expect(cache.stats()).toMatchObject({ sets: 8, computations: 8 });
  });

  it("keeps an empty block", async () => {
    const source = "{% cache 500 part %}{{ text }}{% endcache %}";
    expect(await engine.render(source, { text: "" })).toBe("");
    expect(await engine.render(source, { text: "not empty any more" })).toBe("");
  });

  it("escapes what is inside once, from the cache too, and nothing of the template's", async () => {
    const source = "{% cache 500 part %}<b>{{ text }}</b>{% endcache %}";
    const expected = "<b>&lt;i&gt; &amp; co</b>";
    for (let times = 0; times < 2; times += 1) {
      expect(await engine.render(source, { text: "<i> & co" })).toBe(expected);
    }
    expect(await cache.get(fragmentKey("part"))).toBe(expected);
  });

  it("renders a block once for those who ask together", async () => {
    const asked = Array.from({ length: 20 }, (_, n) =>
      engine.render("{% cache 500 part %}{{ n }}{% endcache %}", { n }),
    );
    expect(new Set(await Promise.all(asked)).size).toBe(1);
    expect(cache.stats()).toMatchObject({ computations: 1, sets: 1 });
  });

  it("works within loops and conditions, around them, and in each other", async () => {
    const source = [
      "{% cache 500 list %}<ul>",
      "{% for item in items %}{% if item.shown %}",
      "{% cache 500 item item.id %}<li>{{ item.text }}</li>{% endcache %}",
      "{% endif %}{% endfor %}",
      "</ul>{% endcache %}",
    ].join("");
    const items = [
      { id: 1, text: "one & all", shown: true },
      { id: 2, text: "two", shown: false },
      { id: 3, text: "three", shown: true },
    ];
    const expected = "<ul><li>one &amp; all</li><li>three</li></ul>";
    expect(await engine.render(source, { items })).toBe(expected);
    expect(await engine.render(source, { items: [] })).toBe(expected);
    await cache.delete(fragmentKey("list"));
    expect(await engine.render(source, { items: items.map((item) => ({ ...item, text: "new" })) })).toBe(
      expected,
    );
    await cache.delete(fragmentKey("item", [3]));
    await cache.delete(fragmentKey("list"));
    expect(await engine.render(source, { items: items.map((item) => ({ ...item, text: "new" })) })).toBe(
      "<ul><li>one &amp; all</li><li>new</li></ul>",
    );
  });

  it("includes templates, and is included", async () => {
    const included = {
      outer: "{% cache 500 outer %}({% include 'inner' %}){% endcache %}",
      inner: "{% cache 500 inner who %}{{ who }}{% endcache %}",
    };
    expect(await engine.render("{% include 'outer' %}!", { who: "<ada>" }, included)).toBe("(&lt;ada&gt;)!");
    expect(await engine.render("{% include 'outer' %}!", { who: "bob" }, included)).toBe("(&lt;ada&gt;)!");
    expect(await engine.render("{% include 'inner' %}!", { who: "bob" }, included)).toBe("bob!");
  });

  it("renders a block that is inside itself", async () => {
    // Nunjucks' own `for` does not wait for what is included.
    const loop = isNunjucks ? "asyncEach" : "for";
    const end = isNunjucks ? "endeach" : "endfor";
    const tree = `{% cache 500 tree %}({{ node.text }}{% ${loop} node in node.nodes %}{% include 'tree' %}{% ${end} %}){% endcache %}`;
    const node = { text: "a", nodes: [{ text: "b", nodes: [] }] };
    expect(await engine.render("{% include 'tree' %}", { node }, { tree })).toBe("(a(b))");
  });

  it("leaves white space as the template has it", async () => {
    const source = "a {% cache 500 one %} b {% endcache %} c {%- cache 500 two -%} d {%- endcache -%} e";
    expect(await engine.render(source)).toBe("a  b  cde");
    expect(await engine.render(source)).toBe("a  b  cde");
  });

  it("goes on with the template behind it, and tells of what is wrong there", async () => {
    const fail = () => {
      throw new Error("failed on purpose");
    };
    const failing = { fail: isNunjucks ? fail : { toLiquid: fail } };
    const call = isNunjucks ? "{{ fail() }}" : "{{ fail.x }}";
    for (let times = 0; times < 2; times += 1) {
      const source = `{% cache 500 part %}a{% endcache %}${call}`;
      await expect(engine.render(source, failing)).rejects.toThrow("failed on purpose");
    }
    await expect(engine.render(`{% cache 500 failing %}${call}{% endcache %}`, failing)).rejects.toThrow(
      "failed on purpose",
    );
    expect(await cache.has(fragmentKey("failing"))).toBe(false);
    expect(await engine.render("{% cache 500 failing %}b{% endcache %}")).toBe("b");
  });

  it("prefers the alias template_fragments, and takes the one that is named", async () => {
    await using caches = createCaches({
      default: { backend: locmem, location: `default-${++names}` },
      template_fragments: { backend: locmem, location: `fragments-${names}` },
      other: { backend: locmem, location: `other-${names}` },
    });
    const { render } = create({ cache: caches.default, caches });
    await render("{% cache 1 fragment %}foo{% endcache %}");
    expect(await caches.template_fragments.get(fragmentKey("fragment"))).toBe("foo");
    await render('{% cache 1 fragment "v" using="other" %}bar{% endcache %}');
    expect(await caches.other.get(fragmentKey("fragment", ["v"]))).toBe("bar");
    await render("{% cache 1 fragment using=alias %}baz{% endcache %}", { alias: "default" });
    expect(await caches.default.get(fragmentKey("fragment"))).toBe("baz");
    await expect(render('{% cache 1 fragment using="close" %}{% endcache %}')).rejects.toThrow(
      'Invalid cache name specified for "cache" tag: "close"; the names are "default", "template_fragments", "other"',
    );
  });
});
