import { defineConfig } from 'vitest/config';

/** The long loops: kills under load, full disks, slow clients for minutes. Not part of `npm test`. */
export default defineConfig({
  resolve: { conditions: ['@holdfast/source'] },
  ssr: { resolve: { conditions: ['@holdfast/source'] } },
  test: { include: ['tests/soak/**/*.test.ts'], testTimeout: 3_600_000, hookTimeout: 120_000, fileParallelism: false },
});
