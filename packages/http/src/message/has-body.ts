/** Whether a response has a body: not to HEAD, and not with a status that says so (RFC 9110 §6.4.1). */
export function hasBody(method: string | undefined, status: number): boolean {
  return method !== "HEAD" && status !== 204 && status !== 205 && status !== 304;
}
