import { IncomingMessage } from "node:http";

/** Gives a request's fields other values, or none; returns what puts them back. */
export function changeFields(
  message: IncomingMessage,
  changes: ReadonlyMap<string, string | null>,
): () => void {
  const { rawHeaders, headers } = message;
  const before = new Map<string, string | string[] | undefined>();
  for (const [name, value] of changes) {
    // Most of what is to be hidden is not there.
    if (value === null && headers[name] === undefined) continue;
    before.set(name, headers[name]);
    put(headers, name, value ?? undefined);
  }
  if (before.size === 0) return unchanged;
  setLines(message, changedLines(rawHeaders, changes));
  return () => {
    setLines(message, rawHeaders);
    for (const [name, value] of before) put(headers, name, value);
  };
}

function unchanged(): void {}

function setLines(message: IncomingMessage, value: string[]): void {
  // A message of HTTP/2 has but a getter for them.
  if (message instanceof IncomingMessage) message.rawHeaders = value;
  else Object.defineProperty(message, "rawHeaders", { value, configurable: true });
}

function changedLines(lines: readonly string[], changes: ReadonlyMap<string, string | null>): string[] {
  const changed: string[] = [];
  for (let at = 0; at < lines.length; at += 2) {
    const name = lines[at] as string;
    if (!changes.has(name.toLowerCase())) changed.push(name, lines[at + 1] as string);
  }
  for (const [name, value] of changes) if (value !== null) changed.push(name, value);
  return changed;
}

function put(headers: IncomingMessage["headers"], name: string, value: string | string[] | undefined): void {
  if (value === undefined) delete headers[name];
  else headers[name] = value;
}
