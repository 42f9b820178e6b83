import assert from "node:assert/strict";
import type { DeclareFleet } from "./test-fleet.js";

const OLD = "the secret of last year, 32 bytes long";
const NEW = "the secret of this year, 32 bytes long";
const TEXT = "text that gets shorter. ".repeat(200);

/** Compression and secrets. */
export function protecting(it: DeclareFleet): void {
  it("what one compresses all can read, whatever they compress with", async ({ members, refit }) => {
    const algorithms = ["brotli", "gzip", "deflate"] as const;
    for (const [at, algorithm] of algorithms.entries()) {
      await refit(members[at] as (typeof members)[number], { compression: { threshold: 100, algorithm } });
    }
    await Promise.all(members.map((member, at) => member.do("set", `key-${at}`, `${TEXT} of ${at}`)));
    for (const member of members) {
      const found = await member.do("getMany", ["key-0", "key-1", "key-2", "key-3"]);
      assert.deepEqual(
        [...found.values()],
        [0, 1, 2, 3].map((at) => `${TEXT} of ${at}`),
      );
    }
  });

  for (const mode of ["sign", "seal"] as const) {
    it(`with secrets to ${mode} by, a value is had by who has the secret, also while it is changed`, async ({
      members: [before, between, after, without],
      refit,
    }) => {
      await refit(before, { secret: { keys: [OLD], mode } });
      await refit(between, { secret: { keys: [NEW, OLD], mode } });
      await refit(after, { secret: { keys: [NEW], mode } });
      await before.do("set", "old", "of the old");
      await between.do("set", "new", "of the new");
      await without.do("set", "bare", "of nobody");
      const keys = ["old", "new", "bare"];
      const seen = async (member: typeof before) => [...(await member.do("getMany", keys)).keys()];
      assert.deepEqual(await seen(before), ["old"]);
      assert.deepEqual(await seen(between), ["old", "new"]);
      assert.deepEqual(await seen(after), ["new"]);
      assert.deepEqual(await seen(without), ["bare"]);
      assert.equal(await between.do("undecodable"), 1);
      assert.equal(await after.do("undecodable"), 2);
    });
  }

  it("sealed and compressed, one function runs for all, and tags void it", async ({
    members,
    log,
    refit,
  }) => {
    const settings = { secret: { keys: [NEW], mode: "seal" }, compression: { threshold: 100 } } as const;
    for (const member of members) await refit(member, settings);
    const asked = members.map((member) =>
      member.do("ask", "key", 100, { value: TEXT, takesMs: 200 }, { lock: true, tags: ["tag"] }),
    );
    assert.deepEqual((await Promise.all(asked)).flat(), [TEXT, TEXT, TEXT, TEXT]);
    assert.equal(log.read("run").length, 1);
    await members[3].do("invalidateTags", ["tag"]);
    for (const member of members) assert.equal(await member.do("get", "key"), undefined);
  });
}
