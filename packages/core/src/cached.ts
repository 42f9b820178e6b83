import { argumentKey } from "./argument-key.js";
import type { Cache } from "./cache.js";
import { describe } from "./describe.js";
import { ArgumentError } from "./errors.js";
import { type GetOrSetOptions, makeTerms } from "./make-options.js";

/** What `cached` is told: how results are kept, and under which keys. */
export interface CachedOptions<Args extends readonly unknown[]> extends GetOrSetOptions {
  /**
   * The name of the function, to which the arguments are added: lists of them that differ never share a key. Or a function
   * that makes the whole key of them.
   */
  key: string | ((...args: Args) => string);
}

/** A function whose results are kept in a cache. */
export interface CachedFunction<This, Args extends readonly unknown[], Result> {
  (this: This, ...args: Args): Promise<Awaited<Result>>;
  /** Drops the result for these arguments: `true` where there was one. */
  invalidate(...args: Args): Promise<boolean>;
}

/** Decorates a method of such arguments, whose results are then kept in a cache for all instances together. */
export type CachedDecorator<KeyArgs extends readonly unknown[]> = <This, Args extends KeyArgs, Result>(
  method: (this: This, ...args: Args) => Result,
  context: ClassMethodDecoratorContext<This>,
) => CachedFunction<This, Args, Result>;

/**
 * Wraps `fn` so that its results are kept in `cache`, as `getOrSet` keeps them. `undefined` is not kept.
 *
 * @throws TypeError where another function of this cache has the same name, or an option is wrong.
 */
export function cached<This, Args extends readonly unknown[], Result>(
  cache: Cache,
  fn: (this: This, ...args: Args) => Result,
  options: CachedOptions<Args>,
): CachedFunction<This, Args, Result>;
/** Returns a decorator for a method: `@cached(cache, { key: "users.find" })`. The instance is no part of the key. */
export function cached<KeyArgs extends readonly unknown[]>(
  cache: Cache,
  options: CachedOptions<KeyArgs>,
): CachedDecorator<KeyArgs>;
export function cached(
  cache: Cache,
  fnOrOptions: AnyFunction | CachedOptions<unknown[]>,
  options?: CachedOptions<unknown[]>,
): unknown {
  if (typeof fnOrOptions === "function") return wrap(cache, fnOrOptions, options);
  return (method: AnyFunction, context: ClassMethodDecoratorContext) => {
    if (context.kind !== "method") {
      throw new ArgumentError(`cached can decorate a method; ${String(context.name)} is a ${context.kind}`);
    }
    return wrap(cache, method, fnOrOptions);
  };
}

type AnyFunction = (this: unknown, ...args: unknown[]) => unknown;

function wrap(
  cache: Cache,
  fn: AnyFunction,
  options: CachedOptions<unknown[]> | undefined,
): CachedFunction<unknown, unknown[], unknown> {
  if (typeof options !== "object" || options === null) {
    throw new ArgumentError(`cached needs options with a key; got ${describe(options)}`);
  }
  const { key, ...rest } = options;
  // What is wrong is said now, and not when the function is called.
  makeTerms(rest, null);
  const keyOf = keyMaker(cache, fn, key);
  const call = function (this: unknown, ...args: unknown[]): Promise<unknown> {
    return inPromise(() => cache.getOrSet(keyOf(args), () => fn.apply(this, args), rest));
  };
  const { version } = rest;
  return Object.assign(call, {
    invalidate: (...args: unknown[]) => inPromise(() => cache.delete(keyOf(args), { version })),
  });
}

function keyMaker(
  cache: Cache,
  fn: AnyFunction,
  key: CachedOptions<unknown[]>["key"],
): (args: unknown[]) => string {
  if (typeof key === "function") return (args) => key(...args);
  if (typeof key !== "string" || key === "" || key.includes("(")) {
    throw new ArgumentError(
      `key must be a name without a parenthesis, or a function of the arguments; got ${describe(key)}`,
    );
  }
  cache.claimName(key, fn);
  return (args) => argumentKey(key, args);
}

/** Runs `task`, of which an error is a rejection. */
async function inPromise<T>(task: () => Promise<T>): Promise<T> {
  return task();
}
