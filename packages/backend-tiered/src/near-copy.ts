/** A copy of an entry, as the near tier keeps it. */
export class NearCopy {
  readonly payload: unknown;
  /** Whose copy it is, and since when: the near tier may hold those of others, and those of a time gone by. */
  readonly era: object;
  /** What had been told, and missed, when it was made. */
  readonly trust: object;
  /** When the far tier is to be asked again, in milliseconds since 1970. */
  readonly usedUntil: number;

  constructor(payload: unknown, { era, trust, usedUntil }: Omit<NearCopy, "payload">) {
    this.payload = payload;
    this.era = era;
    this.trust = trust;
    this.usedUntil = usedUntil;
  }
}
