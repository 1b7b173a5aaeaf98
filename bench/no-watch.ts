import type { Watch } from '../packages/server/src/domains/detection/index.ts';

/** A watch that looks at nothing (`unwatched.ts`). */
export function createWatch(): Watch {
  return {
    observe: () => undefined,
    onDetections: () => undefined,
    onHits: () => undefined,
    setRules: async () => ({ digest: '', rules: 0, tookMs: 0, diagnostics: [] }),
    setBehaviours: () => undefined,
    behaviours: async () => [],
    sources: async ({ span }) => ({ span, since: 0, items: [], countries: [], total: { requests: 0, findings: 0 } }),
    start: async () => undefined,
    health: () => ({
      state: 'stopped',
      trouble: 'There is no watch',
      since: 0,
      events: 0,
      dropped: 0,
      latencyMs: null,
      eventsPerSecond: 0,
      rules: { on: 0, test: 0, off: 0 },
      sources: [],
      canaries: [],
    }),
    sealed: { name: 'no watch', isOfNode: true, count: async () => new Map(), reseal: async () => 0, sample: async () => null },
    [Symbol.asyncDispose]: async () => undefined,
  };
}
