/** Header fields to read and patch: a web `Headers`, or anything that answers like one. */
export type FieldMap = Pick<Headers, "get" | "has" | "set" | "delete">;
