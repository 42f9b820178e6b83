import { quote } from "../describe.js";

/** A step into a value: a property, an index, or an entry of a Map or Set. */
export type Step = string | number | { readonly of: "keys" | "values"; readonly at: number };

const IDENTIFIER = /^[\p{ID_Start}$_][\p{ID_Continue}$]{0,79}$/u;

/** Returns the way to a part of a value as it would be written in a program: `value.users[3].name`. */
export function renderPath(steps: readonly Step[]): string {
  return `value${steps.map(renderStep).join("")}`;
}

function renderStep(step: Step): string {
  if (typeof step === "number") return `[${step}]`;
  if (typeof step === "object") return `.${step.of}()[${step.at}]`;
  return IDENTIFIER.test(step) ? `.${step}` : `[${quote(step)}]`;
}
