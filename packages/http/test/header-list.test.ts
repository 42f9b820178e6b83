import { describe, expect, it } from "vitest";
import { HeaderList } from "../src/message/header-list.js";

const cookies = () =>
  new HeaderList([
    ["Set-Cookie", "a=1"],
    ["ETag", '"x"'],
    ["set-cookie", "b=2"],
  ]);

describe("HeaderList", () => {
  it("finds a field whatever the case of its name", () => {
    expect(cookies().get("etag")).toBe('"x"');
    expect(cookies().has("ETAG")).toBe(true);
    expect(cookies().get("Vary")).toBeNull();
    expect(cookies().has("Vary")).toBe(false);
  });

  it("joins the lines of a repeated field, and gives them one by one", () => {
    expect(cookies().get("Set-Cookie")).toBe("a=1, b=2");
    expect(cookies().getAll("SET-COOKIE")).toEqual(["a=1", "b=2"]);
    expect(cookies().getAll("Vary")).toEqual([]);
  });

  it("tells an empty field from one that is not there", () => {
    const list = new HeaderList([["Vary", ""]]);
    expect(list.get("vary")).toBe("");
    expect(list.has("vary")).toBe(true);
  });

  it("sets a field in the place of its first line, and drops the others", () => {
    const list = cookies();
    list.set("SET-COOKIE", "c=3");
    expect(list.lines()).toEqual(["Set-Cookie", "c=3", "ETag", '"x"']);
    list.set("Age", "1");
    expect([...list].at(-1)).toEqual(["Age", "1"]);
  });

  it("deletes every line of a field", () => {
    const list = cookies();
    list.delete("set-COOKIE");
    expect([...list]).toEqual([["ETag", '"x"']]);
    list.delete("vary");
    expect([...list]).toHaveLength(1);
  });

  it("appends behind what is there, and a copy is its own", () => {
    const list = cookies();
    const copy = list.clone();
    copy.append("Set-Cookie", "c=3");
    expect(copy.getAll("set-cookie")).toEqual(["a=1", "b=2", "c=3"]);
    expect(list.getAll("set-cookie")).toEqual(["a=1", "b=2"]);
    list.delete("ETag");
    expect(copy.has("ETag")).toBe(true);
    copy.set("ETag", '"y"');
    copy.clone().delete("Set-Cookie");
    expect(copy.lines()).toEqual([
      "Set-Cookie",
      "a=1",
      "ETag",
      '"y"',
      "set-cookie",
      "b=2",
      "Set-Cookie",
      "c=3",
    ]);
    expect(list.lines()).toEqual(["Set-Cookie", "a=1", "set-cookie", "b=2"]);
  });

  it("gives each field once, also after a change", () => {
    const list = cookies();
    expect([...list.fields()]).toEqual([
      ["Set-Cookie", ["a=1", "b=2"]],
      ["ETag", '"x"'],
    ]);
    expect(list.lowerFields()).toEqual([
      ["set-cookie", ["a=1", "b=2"]],
      ["etag", '"x"'],
    ]);
    const copy = list.clone();
    copy.delete("set-cookie");
    list.append("Age", "1");
    expect(copy.lowerFields()).toEqual([["etag", '"x"']]);
    expect([...list.fields().keys()]).toEqual(["Set-Cookie", "ETag", "Age"]);
  });

  it("makes what it gives once, but for what somebody could add to", () => {
    const single = new HeaderList([["ETag", '"x"']]);
    expect(single.clone().fields()).toBe(single.fields());
    expect(single.clone().lowerFields()).toBe(single.lowerFields());
    const repeated = cookies();
    const given = [repeated.fields().get("Set-Cookie"), repeated.lowerFields().find(Boolean)?.[1]];
    for (const lines of given as string[][]) lines.push("c=3");
    expect(repeated.fields().get("Set-Cookie")).toEqual(["a=1", "b=2"]);
    expect(repeated.lowerFields()[0]).toEqual(["set-cookie", ["a=1", "b=2"]]);
  });
});
