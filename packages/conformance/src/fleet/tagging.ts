import assert from "node:assert/strict";
import type { DeclareFleet } from "./test-fleet.js";

const ENTRIES = 2_000;
const COUNTS = 25;
const RACE_MS = 2_000;

/** Tags. */
export function tagging(it: DeclareFleet): void {
  it(`${ENTRIES} entries with one tag are misses for all as soon as one has invalidated it`, async ({
    members,
  }) => {
    const [first, second] = members;
    const keys = Array.from({ length: ENTRIES }, (_, at) => `key-${at}`);
    const halves = [keys.slice(0, ENTRIES / 2), keys.slice(ENTRIES / 2)];
    const refused = await Promise.all(
      halves.map((half, at) =>
        members[at + 2]?.do("setMany", Object.fromEntries(half.map((key) => [key, key])), {
          tags: ["all", `half-${at}`],
          timeout: 600,
        }),
      ),
    );
    assert.deepEqual(refused, [[], []]);
    await first.do("set", "other", "stays", { tags: ["other"], timeout: 600 });
    for (const member of members) assert.equal((await member.do("getMany", keys)).size, ENTRIES);

    await first.do("invalidateTags", ["half-1"]);
    for (const member of members) assert.equal((await member.do("getMany", keys)).size, ENTRIES / 2);
    await second.do("invalidateTags", ["all"]);
    for (const member of members) assert.deepEqual(await member.do("getMany", keys), new Map());
    assert.equal(await second.do("get", "other"), "stays");

    await second.do("set", "key-0", "again", { tags: ["all", "half-0"], timeout: 600 });
    for (const member of members) assert.equal(await member.do("get", "key-0"), "again");
  });

  it("a counter with a tag loses nothing, whoever counts", async ({ members }) => {
    await members[0].do("set", "counter", 0, { tags: ["tag"], timeout: 600 });
    await Promise.all(members.map((member) => member.do("count", "counter", COUNTS)));
    for (const member of members) assert.equal(await member.do("get", "counter"), members.length * COUNTS);
  });

  it("what is made while its tag is invalidated is neither there for long nor lost", async ({
    members: [one, another, changer, looker],
  }) => {
    const writers = [one, another].map((member) => member.do("derive", "derived", "source", "tag", RACE_MS));
    const { hits, old } = await changer.do("change", "derived", "source", "tag", RACE_MS);
    await Promise.all(writers);
    assert.deepEqual(old, []);
    assert.ok(hits > 0, "something was stored");
    // Nobody invalidates any more.
    await one.do("derive", "derived", "source", "tag", 1);
    assert.equal(await looker.do("get", "derived"), await changer.do("get", "source"));
  });
}
