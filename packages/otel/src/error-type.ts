const UNKNOWN = "_OTHER";

/** Returns what kind of error `error` is: its code, else its name. Never anything of its message. */
export function errorType(error: unknown): string {
  if (!(error instanceof Error)) return UNKNOWN;
  const code: unknown = Reflect.get(error, "code");
  return typeof code === "string" && code !== "" ? code : error.name || UNKNOWN;
}

/** Returns the message of an error of Cullet's, in which no value stands; `undefined` for another. */
export function errorMessage(error: unknown): string | undefined {
  return error instanceof Error && errorType(error).startsWith("CULLET_") ? error.message : undefined;
}
