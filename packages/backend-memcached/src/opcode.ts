/** The commands of the protocol that are used. */
export const Opcode = {
  get: 0x00,
  set: 0x01,
  add: 0x02,
  delete: 0x04,
  increment: 0x05,
  decrement: 0x06,
  flush: 0x08,
  noop: 0x0a,
  getKeyQuietly: 0x0d,
  login: 0x21,
} as const;
