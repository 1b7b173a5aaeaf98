/**
 * The house: which room may import which. This table is the rule; `rooms.test.ts` enforces it on every import.
 * A room is named by its folder; the longest matching folder wins.
 */
export interface Room {
  readonly folder: string;
  /** Rooms whose files may be imported. A domain is entered by its `index.ts`, a package by its name. */
  readonly rooms: readonly string[];
  /** npm packages: a list, or any. Node's own modules are listed for pure rooms and free elsewhere. */
  readonly npm: readonly string[] | 'any';
  readonly node: readonly string[] | 'any';
}

const PURE_PACKAGES = ['packages/contract', 'packages/inspect', 'packages/ledger', 'packages/sigma'];

/** A domain tells those to its right only by events; `audit` listens to all of them, and only compliance imports it. */
export const DOMAIN_RANK = [
  'applications',
  'identity',
  'access',
  'secrets',
  'protection',
  'detection',
  'incidents',
  'privacy',
  'assurance',
  'compliance',
] as const;

const domain = (name: string): string => `packages/server/src/domains/${name}`;
const DOMAINS = [...DOMAIN_RANK, 'audit'];

const domainRooms: readonly Room[] = DOMAINS.map((name) => {
  const rank = DOMAIN_RANK.findIndex((other) => other === name);
  const toTheLeft = rank === -1 ? [] : DOMAIN_RANK.slice(0, rank);
  return {
    folder: domain(name),
    rooms: [
      'packages/server/src/platform',
      ...PURE_PACKAGES,
      ...toTheLeft.map(domain),
      ...(name === 'compliance' ? [domain('audit')] : []),
    ],
    npm: 'any',
    node: 'any',
  };
});

const console = (part: string): string => `packages/console/src/${part}`;
const CONSOLE_NPM = ['react', 'react-dom', '@tanstack/react-query', '@tanstack/react-router', 'radix-ui', 'uplot'];

/** The kit knows neither the API nor a page; a page knows no other page. Of the contract only types come in (`rooms.test.ts`). */
const consoleRooms: readonly Room[] = [
  { folder: 'packages/console', rooms: ['packages/console'], npm: CONSOLE_NPM, node: [] },
  { folder: 'packages/console/build', rooms: [], npm: [], node: 'any' },
  { folder: console('state'), rooms: [], npm: ['react', '@tanstack/react-router'], node: [] },
  { folder: console('ui'), rooms: [console('state')], npm: CONSOLE_NPM, node: [] },
  { folder: console('api'), rooms: [console('state'), console('ui'), 'packages/contract'], npm: CONSOLE_NPM, node: [] },
  {
    folder: console('pages'),
    rooms: [console('state'), console('ui'), console('api'), 'packages/contract'],
    npm: CONSOLE_NPM,
    node: [],
  },
  {
    folder: console('app'),
    rooms: [console('state'), console('ui'), console('api'), console('pages'), 'packages/contract'],
    npm: CONSOLE_NPM,
    node: [],
  },
];

export const ROOMS: readonly Room[] = [
  { folder: 'packages/contract', rooms: [], npm: ['zod'], node: [] },
  { folder: 'packages/inspect', rooms: [], npm: [], node: ['node:crypto'] },
  { folder: 'packages/ledger', rooms: [], npm: [], node: ['node:crypto'] },
  { folder: 'packages/sigma', rooms: [], npm: ['yaml'], node: [] },
  // Of the contract only types come in (`rooms.test.ts`).
  { folder: 'packages/browser', rooms: ['packages/contract'], npm: [], node: [] },
  { folder: 'packages/server/src/platform', rooms: ['packages/contract'], npm: 'any', node: 'any' },
  ...domainRooms,
  {
    folder: 'packages/server/src/gateway',
    rooms: [
      'packages/server/src/platform',
      ...PURE_PACKAGES,
      ...['applications', 'identity', 'access', 'protection'].map(domain),
    ],
    npm: 'any',
    node: 'any',
  },
  {
    folder: 'packages/server/src/api',
    rooms: ['packages/server/src/platform', 'packages/contract', ...DOMAINS.map(domain)],
    npm: 'any',
    node: 'any',
  },
  {
    folder: 'packages/server/src/cli',
    rooms: [
      'packages/server/src/platform',
      'packages/contract',
      'packages/ledger',
      'packages/server/src/api',
      'packages/server/src/main.ts',
      ...DOMAINS.map(domain),
    ],
    npm: 'any',
    node: 'any',
  },
  // The composition root: it alone may know everything.
  { folder: 'packages/server/src/composition', rooms: ['packages', 'examples/shop'], npm: 'any', node: 'any' },
  { folder: 'packages/server/src/main.ts', rooms: ['packages', 'examples/shop'], npm: 'any', node: 'any' },
  ...consoleRooms,
  { folder: 'examples/shop', rooms: [], npm: [], node: 'any' },
  { folder: 'tests', rooms: ['packages', 'examples', 'tools', 'bench', 'tests/support'], npm: 'any', node: 'any' },
  { folder: 'tests/support', rooms: ['packages', 'examples'], npm: 'any', node: 'any' },
  { folder: 'bench', rooms: ['packages', 'examples', 'tests/support'], npm: 'any', node: 'any' },
  { folder: 'tools', rooms: ['packages'], npm: 'any', node: 'any' },
];
