/** What is cached in the benchmarks: a short text, and an object whose JSON takes about a kilobyte. */
export const shortText = "hello, world, how are you?";

export const kilobyteObject = {
  id: 4711,
  name: "A product with a name of some length",
  price: 19.99,
  available: true,
  tags: ["alpha", "beta", "gamma", "delta"],
  description: "Lorem ipsum dolor sit amet, consetetur sadipscing elitr, sed diam nonumy eirmod. ".repeat(4),
  dimensions: { width: 10.5, height: 20.25, depth: 3 },
  related: Array.from({ length: 8 }, (_, index) => ({
    id: index * 17,
    title: `Related ${index}`,
    score: index / 8,
  })),
};

/** `count` keys, as an application has them. */
export function keysOf(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `user:${index}:profile`);
}
