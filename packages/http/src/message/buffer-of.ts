/** Returns the very bytes of `body` as a Buffer, for frameworks that know no other bytes: a copy costs as much as all else. */
export function bufferOf(body: Uint8Array): Buffer {
  return Buffer.isBuffer(body) ? body : Buffer.from(body.buffer, body.byteOffset, body.byteLength);
}
