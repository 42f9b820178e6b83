/** A class of the language's own. */
export interface StandardClass {
  readonly name: string;
  readonly prototype: object;
}

/**
 * Whether the prototype of `value` is that of `standard`, or of the class of the same name in another realm (`vm`,
 * Jest). `levels` is how many prototypes are above such a value, which a subclass has more of.
 */
export function isBuiltin(value: object, standard: StandardClass, levels: number): boolean {
  const prototype = Object.getPrototypeOf(value);
  if (prototype === standard.prototype) return true;
  const foreign =
    prototype !== null && Object.hasOwn(prototype, "constructor") ? prototype.constructor : undefined;
  return (
    typeof foreign === "function" &&
    foreign.name === standard.name &&
    isNative(foreign) &&
    levelsAbove(value, levels) === levels
  );
}

/** Whether `prototype` is the `Object.prototype` of another realm. */
export function isForeignRoot(prototype: object): boolean {
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, "isPrototypeOf");
}

function isNative(made: (...args: never) => unknown): boolean {
  return Function.prototype.toString.call(made).endsWith("{ [native code] }");
}

function levelsAbove(value: object, most: number): number {
  let levels = 0;
  for (let at = Object.getPrototypeOf(value); at !== null && levels <= most; at = Object.getPrototypeOf(at))
    levels++;
  return levels;
}
