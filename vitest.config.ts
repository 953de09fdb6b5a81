/** Two projects: `fast` needs nothing but Node and ends in seconds; `proof` starts real servers. */
import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

/** vitest hands these to Node as well; `import` among them would break every `require` of a package with two faces. */
const conditions = ['@claviger/source']
const shared = { environment: 'node' as const }

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    projects: [
      {
        extends: true,
        test: {
          ...shared,
          name: 'fast',
          // one module graph for all files: loading it anew for each took longer than the tests
          isolate: false,
          include: ['packages/*/src/**/*.test.ts', 'test/architecture/*.test.ts'],
          exclude: ['**/*.proof.test.ts', '**/node_modules/**'],
          testTimeout: 10_000,
        },
      },
      {
        extends: true,
        test: {
          ...shared,
          name: 'proof',
          include: ['packages/*/src/**/*.proof.test.ts', 'test/{e2e,conformance,crash,torture}/**/*.test.ts'],
          exclude: ['**/node_modules/**'],
          // they wait more than they work: on two cores, two at a time take two thirds of the time of one
          sequence: { groupOrder: 1 },
          maxWorkers: Math.max(2, availableParallelism() - 1),
          globalSetup: ['packages/server/src/store/testing-setup.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          // what is polled for comes in ms on a quiet machine; on a busy one a second is nothing
          expect: { poll: { timeout: 10_000 } },
        },
      },
    ],
  },
})
