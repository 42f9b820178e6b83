/** Returns the one of `names` that `name` was probably meant to be, if one is near. */
export function closest(name: string, names: readonly string[]): string | undefined {
  const wanted = bare(name);
  const [best] = names
    .map((known) => ({ known, edits: distance(wanted, bare(known)) }))
    .filter(({ known, edits }) => edits <= 2 && edits < known.length / 2)
    .sort((a, b) => a.edits - b.edits);
  return best?.known;
}

// `key_prefix` and `KEY_PREFIX` are as near to `keyPrefix` as can be.
function bare(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, "");
}

/** Returns how many letters must be put in, left out or replaced to make `to` of `from`. */
function distance(from: string, to: string): number {
  let previous = Array.from({ length: to.length + 1 }, (_, at) => at);
  for (const [row, letter] of [...from].entries()) {
    const current = [row + 1];
    for (const [at, other] of [...to].entries()) {
      const replaced = (previous[at] ?? 0) + (letter === other ? 0 : 1);
      current.push(Math.min(replaced, (previous[at + 1] ?? 0) + 1, (current[at] ?? 0) + 1));
    }
    previous = current;
  }
  return previous.at(-1) ?? 0;
}
