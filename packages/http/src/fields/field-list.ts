/** What a token of RFC 9110 §5.6.2 looks like, as the source of a regular expression. */
export const TOKEN = "[!#$%&'*+.^_`|~\\dA-Za-z-]+";

const WHOLE_TOKEN = new RegExp(`^${TOKEN}$`);

/** Whether `text` is a token, such as the name of a field. */
export function isToken(text: string): boolean {
  return WHOLE_TOKEN.test(text);
}

/** Returns the members of a comma-separated list (RFC 9110 §5.6.1), trimmed, without the empty ones. */
export function listMembers(field: string | null): string[] {
  return splitMembers(field, ",");
}

/**
 * Splits `field` at each of `separators` that stands outside of a quoted string, trims the members and drops the empty
 * ones. A quote that nothing closes is an ordinary character: it hides nothing of what follows.
 */
export function splitMembers(field: string | null, separators: string): string[] {
  if (field === null || field === "") return [];
  const members: string[] = [];
  const closing = closingQuotes(field);
  let start = 0;
  for (let at = 0; at < field.length; at += 1) {
    if (field[at] === '"') at = closing(at);
    else if (separators.includes(field.charAt(at))) {
      members.push(field.slice(start, at));
      start = at + 1;
    }
  }
  members.push(field.slice(start));
  return members.map(trim).filter((member) => member !== "");
}

/** Returns `text` without the spaces and tabs around it, which are all the white space that a field has. */
export function trim(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isBlank(text.charCodeAt(start))) start += 1;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

/** Returns what finds the quote that closes the one at a position, or that position itself where none does. */
function closingQuotes(field: string): (opening: number) => number {
  // Once a quote was found open, no later one is looked at: each would search to the end again.
  let unclosed = false;
  return (opening) => {
    if (unclosed) return opening;
    for (let at = opening + 1; at < field.length; at += 1) {
      if (field[at] === "\\") at += 1;
      else if (field[at] === '"') return at;
    }
    unclosed = true;
    return opening;
  };
}
