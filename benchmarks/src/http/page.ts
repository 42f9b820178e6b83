/** A page of 10 KB. */
export const page = "<p>A page of text.</p>\n".repeat(500).slice(0, 10_240);
export const pageBytes = Buffer.from(page);
export const PAGE_TYPE = "text/html; charset=utf-8";
export const PAGE_SECONDS = 600;

/** What is asked for, and while a server only warms up. */
export const PAGE_PATH = "/page";
export const WARM_UP_PATH = "/warm-up";
