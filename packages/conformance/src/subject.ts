import {
  type Backend,
  type BackendFeatures,
  type Cache,
  type CacheSettings,
  type CullOptions,
  createCache,
} from "@cullet/core";

/** Makes a new, empty backend. What it is given, it passes on to a backend that culls. */
export type Create = (options?: CullOptions) => Backend | Promise<Backend>;

/** What a test is about: a new backend, and a cache over it. */
export interface Subject {
  readonly backend: Backend;
  readonly features: BackendFeatures;
  /** A cache with every setting at its default. */
  readonly cache: Cache;
  /** Makes another cache over the same backend, as another application would. */
  over(settings: CacheSettings): Cache;
}

/** Runs `body` with a backend of its own, and closes that afterwards. */
export async function withSubject(
  create: Create,
  culling: CullOptions | undefined,
  body: (subject: Subject) => Promise<void>,
): Promise<void> {
  const backend = await create(culling);
  const cache = createCache(backend);
  try {
    await cache.ready();
    await body({
      backend,
      features: backend.features,
      cache,
      over: (settings) => createCache({ ...settings, backend: () => backend }),
    });
  } finally {
    await cache.close();
  }
}
