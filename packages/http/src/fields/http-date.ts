import { BoundedMap } from "../bounded-map.js";

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const MONTH = `(?<month>${MONTHS.join("|")})`;
const WEEKDAY = "(?:mon|tue|wed|thu|fri|sat|sun)";
const LONG_WEEKDAY = "(?:mon|tues|wednes|thurs|fri|satur|sun)day";
const TIME = "(?<hour>\\d\\d):(?<minute>\\d\\d):(?<second>\\d\\d)";

// The three forms of RFC 9110 §5.6.7, in any letter case, as RFC 9111 §4.2 asks of a cache.
const FORMS = [
  `${WEEKDAY}, (?<day>\\d\\d) ${MONTH} (?<year>\\d{4}) ${TIME} GMT`,
  `${LONG_WEEKDAY}, (?<day>\\d\\d)-${MONTH}-(?<shortYear>\\d\\d) ${TIME} GMT`,
  `${WEEKDAY} ${MONTH} (?<day>\\d\\d| \\d) ${TIME} (?<year>\\d{4})`,
].map((form) => new RegExp(`^${form}$`, "i"));

// The last second of the year 9999, the last that the format can say.
const LAST_MS = 253_402_300_799_000;

/**
 * Returns the time that an HTTP-date says, in milliseconds since 1970; `undefined` for any other text, which
 * `Date.parse` would often take.
 *
 * @param now decides the century of a year of two digits: none is more than 50 years ahead.
 */
export function parseHttpDate(text: string | null, now = Date.now()): number | undefined {
  if (text === null) return undefined;
  const known = written.get(text);
  if (known !== undefined) return known;
  for (const form of FORMS) {
    const parts = form.exec(text)?.groups;
    if (parts !== undefined) return toTime(parts, now);
  }
  return undefined;
}

/** Writes a time in milliseconds as an HTTP-date, down to the whole second, within the years 0 to 9999. */
export function formatHttpDate(ms: number): string {
  const second = Math.floor(Math.min(ms, LAST_MS) / 1_000);
  const known = texts.get(second);
  if (known !== undefined) return known;
  const text = new Date(second * 1_000).toUTCString();
  texts.set(second, text);
  written.set(text, second * 1_000);
  return text;
}

// Nearly all dates are of this second, or as far ahead of it as pages live; and most that are read were written here.
const REMEMBERED = 64;
const texts = new BoundedMap<number, string>(REMEMBERED);
const written = new BoundedMap<string, number>(REMEMBERED);

function toTime(parts: Record<string, string | undefined>, now: number): number | undefined {
  const { year, shortYear, month = "" } = parts;
  const [day, hour, minute, second] = [parts.day, parts.hour, parts.minute, parts.second].map(Number);
  if (day === undefined || hour === undefined || minute === undefined || second === undefined)
    return undefined;
  // A minute with a leap second has 61.
  if (hour > 23 || minute > 59 || second > 60) return undefined;
  const date = new Date(0);
  const fullYear = year === undefined ? nearCentury(Number(shortYear), now) : Number(year);
  date.setUTCFullYear(fullYear, MONTHS.indexOf(month.toLowerCase()), day);
  // A day that the month does not have would be taken for one of the next.
  if (date.getUTCDate() !== day) return undefined;
  return date.setUTCHours(hour, minute, second);
}

function nearCentury(shortYear: number, now: number): number {
  const thisYear = new Date(now).getUTCFullYear();
  const year = thisYear - (thisYear % 100) + shortYear;
  return year > thisYear + 50 ? year - 100 : year;
}
