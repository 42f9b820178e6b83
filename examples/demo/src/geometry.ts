/** A place on the globe, in degrees. */
export interface Place {
  readonly latitude: number;
  readonly longitude: number;
}

const EARTH_RADIUS_KM = 6371;
const RADIANS = Math.PI / 180;

/** Returns the kilometres between two places, along the great circle. */
export function distanceKm(a: Place, b: Place): number {
  const sinLatitude = Math.sin(((b.latitude - a.latitude) * RADIANS) / 2);
  const sinLongitude = Math.sin(((b.longitude - a.longitude) * RADIANS) / 2);
  const haversine =
    sinLatitude ** 2 + Math.cos(a.latitude * RADIANS) * Math.cos(b.latitude * RADIANS) * sinLongitude ** 2;
  return 2 * EARTH_RADIUS_KM * Math.asin(Math.sqrt(haversine));
}

/** Returns the distances from each of `from` to each of `to`, in kilometres, one row after the other. */
export function distanceTable(from: readonly Place[], to: readonly Place[]): Float64Array {
  const table = new Float64Array(from.length * to.length);
  let cell = 0;
  for (const start of from) {
    for (const end of to) {
      table[cell] = distanceKm(start, end);
      cell += 1;
    }
  }
  return table;
}

/** Returns `longitude` as degrees from `center`, so that a country on both sides of the date line is in one piece. */
export function longitudeFrom(center: number, longitude: number): number {
  return ((longitude - center + 540) % 360) - 180;
}
