/** The pages, by what they are for. */
export const PAGES = [
  'login',
  'totp',
  'recovery',
  'passkey',
  'password',
  'enrol',
  'enrol/totp',
  'enrol/passkey',
  'codes',
  'logout',
  'account',
  'account/password',
  'account/codes',
  'account/factor',
  'account/session',
  'account/confirm',
  'invite',
  'sign-up',
  'reset',
  'reset/finish',
  'provider',
  'provider/back',
] as const;
/** The setup of the first owner is a page of the administration only. */
export type PageName = (typeof PAGES)[number] | 'setup';

/** One set of pages on one listener: the protected application's host, or the administration's. */
export interface Mount {
  readonly kind: 'application' | 'admin';
  path(page: PageName): string;
  find(path: string): PageName | null;
  /** Script files lie below. */
  readonly assets: string;
  /** Where a sign-in without a goal ends. */
  readonly home: string;
}

function mount(kind: Mount['kind'], paths: ReadonlyMap<PageName, string>, places: Pick<Mount, 'assets' | 'home'>): Mount {
  const pages = new Map([...paths].map(([page, path]) => [path, page]));
  // Each provider has an address of its own to lead back to: an answer of one cannot pass for another's (RFC 9700 §4.4.2).
  const back = `${paths.get('provider/back') ?? ''}/`;
  return {
    kind,
    ...places,
    // Every page that a mount has leads only to pages with a path: the map is made of all of them.
    path: (page) => paths.get(page)!,
    find: (path) => pages.get(path) ?? (path.startsWith(back) ? 'provider/back' : null),
  };
}

const below = (base: string): Map<PageName, string> => new Map(PAGES.map((page) => [page, `${base}/${page}`]));
const adminPaths = below('/sign-in').set('login', '/sign-in').set('logout', '/sign-out').set('setup', '/setup');

export const applicationMount = mount('application', below('/.holdfast'), { assets: '/.holdfast/assets/', home: '/' });

export const adminMount = mount('admin', adminPaths, { assets: '/sign-in/assets/', home: '/' });
