import { writeSearch } from './search.ts';

type Filters = Readonly<Record<string, string | undefined>>;

const at = (path: string, filters: Filters = {}): string => path + writeSearch(filters);
const below = (base: string, word: string): string => `${base}/${encodeURIComponent(word)}`;

interface SecretPlace {
  readonly application: string;
  readonly environment: string;
  readonly name: string;
}

/** Every address of the console, once. Pages and links take them from here. */
export const paths = {
  overview: () => '/',
  applications: () => '/applications',
  application: (id: string, tab?: string) => at(below('/applications', id), { tab }),
  events: (filters?: Filters) => at('/events', filters),
  request: (requestId: string) => below('/requests', requestId),
  tuning: (filters?: Filters) => at('/tuning', filters),
  exceptions: (filters?: Filters) => at('/exceptions', filters),
  patches: (filters?: Filters) => at('/patches', filters),
  schemas: () => '/schemas',
  schema: (id: string) => below('/schemas', id),
  uploads: (filters?: Filters) => at('/uploads', filters),
  incidents: (filters?: Filters) => at('/incidents', filters),
  incident: (id: string, tab?: string) => at(below('/incidents', id), { tab }),
  playbooks: (filters?: Filters) => at('/playbooks', filters),
  playbook: (id: string, tab?: string) => at(below('/playbooks', id), { tab }),
  run: (id: string) => below('/runs', id),
  isolation: (filters?: Filters) => at('/isolation', filters),
  recovery: (filters?: Filters) => at('/recovery', filters),
  alerts: (filters?: Filters) => at('/alerts', filters),
  alert: (id: string) => below('/alerts', id),
  rules: (filters?: Filters) => at('/detection', filters),
  rule: (id: string) => below('/detection', id),
  intel: (filters?: Filters) => at('/intel', filters),
  channels: (filters?: Filters) => at('/channels', filters),
  bans: (filters?: Filters) => at('/bans', filters),
  people: (filters?: Filters) => at('/people', filters),
  person: (person: string) => below('/people', person),
  mfa: () => '/mfa',
  sessions: (filters?: Filters) => at('/sessions', filters),
  policies: (filters?: Filters) => at('/policies', filters),
  policy: (id: string) => below('/policies', id),
  serviceAccounts: (filters?: Filters) => at('/service-accounts', filters),
  serviceAccount: (id: string) => below('/service-accounts', id),
  leastPrivilege: (filters?: Filters) => at('/least-privilege', filters),
  secrets: (filters?: Filters) => at('/secrets', filters),
  /** A name may have parts with slashes between them: they stand in the address as they are. */
  secret: ({ application, environment, name }: SecretPlace) =>
    [application, environment, ...name.split('/')].reduce(below, '/secrets'),
  keys: () => '/keys',
  audit: (filters?: Filters) => at('/audit', filters),
  settings: (tab?: string) => at('/settings', { tab }),
  /** Pages of the listener itself, outside the console. */
  signIn: (next: string) => at('/sign-in', { next }),
  confirm: (next: string) => at('/sign-in/account/confirm', { next }),
  account: () => '/sign-in/account',
  signOut: () => '/sign-out',
} as const;

/** Where the reader is, as an address that leads back. */
export const here = (): string => location.pathname + location.search;
