const HOUR = { timeout: "1h", staleIfError: "1d" };

/** The rates of today, as `fetchRates` has them: asked for once an hour, and a day old at most where that fails. */
export function createRates(cache, fetchRates) {
  return {
    find: (currency) => cache.getOrSet(`rates:${currency}`, () => fetchRates(currency), HOUR),
  };
}
