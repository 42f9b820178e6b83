import { defineConfig } from "vitest/config";

export default defineConfig({
  // Thousands of random cases take seconds where the machine has more to do.
  test: { testTimeout: 30_000 },
});
