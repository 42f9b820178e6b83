import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { ringNameOf } from "../src/location.js";
import { Ring } from "../src/ring.js";

const keys = Array.from({ length: 20_000 }, (_, index) => `app:1:user:${index}`);

/** The least that libketama's rule can be written as: 40 digests of each name, four places on the ring from each. */
function ownerBySearch(names: readonly string[], key: string): string {
  const places = names.flatMap((name) =>
    Array.from({ length: 160 }, (_, n) => ({ point: word(`${name}-${Math.floor(n / 4)}`, n % 4), name })),
  );
  const point = word(key, 0);
  const behind = places.filter((place) => place.point >= point);
  const [first] = (behind.length === 0 ? places : behind).sort((a, b) => a.point - b.point);
  return first?.name ?? "";
}

/** One of the four numbers in the MD5 of `text`, whose lowest byte stands first. */
function word(text: string, at: number): number {
  const bytes =
    createHash("md5")
      .update(text)
      .digest("hex")
      .slice(at * 8, at * 8 + 8)
      .match(/../g) ?? [];
  return Number.parseInt(bytes.reverse().join(""), 16);
}

function ownersIn(names: readonly string[]): (string | undefined)[] {
  const ring = new Ring(names);
  return keys.map((key) => names[ring.ownerOf(key)]);
}

describe("the ring", () => {
  it("gives each key to the server that ketama's rule names", () => {
    for (const names of [
      ["10.0.0.1"],
      ["10.0.0.1", "10.0.0.2:11212", "cache.example"],
      ["a", "b", "c", "d", "e"],
    ]) {
      const ring = new Ring(names);
      for (const key of [...keys.slice(0, 50), "ünïcode", "k".repeat(250)]) {
        expect(names[ring.ownerOf(key)]).toBe(ownerBySearch(names, key));
      }
    }
  });

  it("depends on the names of the servers and not on their order", () => {
    expect(ownersIn(["a", "b", "c"])).toEqual(ownersIn(["c", "a", "b"]));
  });

  it("spreads keys evenly", () => {
    const names = ["10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4"];
    const owners = ownersIn(names);
    for (const name of names) {
      const count = owners.filter((owner) => owner === name).length;
      expect(count).toBeGreaterThan(3_500);
      expect(count).toBeLessThan(6_500);
    }
  });

  it("moves the keys of a server that is lost, and no others", () => {
    const before = ownersIn(["a", "b", "c", "d"]);
    const after = ownersIn(["a", "b", "d"]);
    for (const [at, owner] of before.entries()) {
      if (owner === "c") expect(after[at]).not.toBe("c");
      else expect(after[at]).toBe(owner);
    }
  });

  it("gives a server that is added its own share, from all the others", () => {
    const before = ownersIn(["a", "b", "c"]);
    const moved = ownersIn(["a", "b", "c", "d"]).filter((owner, at) => owner !== before[at]);
    expect(new Set(moved)).toEqual(new Set(["d"]));
    expect(moved.length).toBeGreaterThan(keys.length * 0.15);
    expect(moved.length).toBeLessThan(keys.length * 0.35);
  });
});

describe("the name of a server on the ring", () => {
  it.each([
    [{ host: "10.0.0.1", port: 11_211 }, "10.0.0.1"],
    [{ host: "10.0.0.1", port: 11_212 }, "10.0.0.1:11212"],
    [{ path: "/run/memcached.sock" }, "/run/memcached.sock:0"],
  ])("is libmemcached's", (address, name) => {
    expect(ringNameOf(address)).toBe(name);
  });
});
