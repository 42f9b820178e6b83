import { describe, expect, it } from "vitest";
import { Queue } from "../src/queue.js";

describe("Queue", () => {
  it("gives items in the order in which they came", () => {
    const queue = new Queue<number>();
    expect(queue.shift()).toBeUndefined();
    queue.push(1);
    queue.push(2);
    expect([queue.first, queue.last, queue.size]).toEqual([1, 2, 2]);
    expect([queue.shift(), queue.shift(), queue.shift()]).toEqual([1, 2, undefined]);
    expect([queue.first, queue.last, queue.size]).toEqual([undefined, undefined, 0]);
  });

  it("does what an array does, however many wait and wherever its first item stands", () => {
    const queue = new Queue<number>();
    const array: number[] = [];
    let next = 0;
    for (const [pushes, shifts] of [
      [50, 40],
      [60, 10],
      [300, 355],
      [64, 0],
      [1, 70],
      [2_000, 2_000],
    ] as const) {
      for (let n = 0; n < pushes; n += 1) {
        queue.push(next);
        array.push(next);
        next += 1;
      }
      for (let n = 0; n < shifts; n += 1) expect(queue.shift()).toBe(array.shift());
      expect([queue.first, queue.last, queue.size]).toEqual([array[0], array.at(-1), array.length]);
    }
  });
});
