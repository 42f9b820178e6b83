/** A page of 10 KB. */
export const page = "<p>A page of text.</p>\n".repeat(500).slice(0, 10_240);
