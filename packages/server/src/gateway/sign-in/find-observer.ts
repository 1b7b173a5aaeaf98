import { foldAccount, SIGN_IN_ACCOUNTS_MAX } from '@holdfast/contract';
import type { Application, SignInObserver } from '@holdfast/contract';
import type { CanonicalRequest } from '@holdfast/inspect';

const tables = new WeakMap<Application, ReadonlyMap<string, SignInObserver>>();

/**
 * One spelling for the paths that an application may take for the same form: many do not mind letter case, a slash at the
 * end or a parameter behind `;`, and each of them would be a way to guess unseen.
 */
function folded(path: string): string {
  const plain = path
    .toLowerCase()
    .split('/')
    .map((segment) => segment.split(';', 1)[0] ?? '')
    .join('/');
  return plain.length > 1 && plain.endsWith('/') ? plain.slice(0, -1) : plain;
}

/** The login form that this request is sent to, or null. */
export function observerFor(application: Application, method: string, path: string): SignInObserver | null {
  const { observers } = application.signIn;
  if (observers.length === 0) return null;
  let table = tables.get(application);
  if (table === undefined) {
    table = new Map(observers.map((observer) => [`${observer.method} ${folded(observer.path)}`, observer]));
    tables.set(application, table);
  }
  return table.get(`${method} ${folded(path)}`) ?? null;
}

const FIELDS: ReadonlySet<string> = new Set(['query', 'form', 'json', 'multipart']);

/**
 * The accounts that a try names; null = more than a login form has. A field that comes twice names both: nobody here knows
 * which of them the application reads. A try that names none, or cannot be read, is one of the account without a name, so
 * that hiding the name from us leads to less and not to more.
 */
export function accountsIn(canonical: CanonicalRequest | null, field: string): string[] | null {
  const accounts = new Set<string>();
  for (const { location, name, value } of canonical?.fields ?? []) {
    if (name !== field || !FIELDS.has(location)) continue;
    accounts.add(foldAccount(value));
    if (accounts.size > SIGN_IN_ACCOUNTS_MAX) return null;
  }
  return accounts.size === 0 ? [''] : [...accounts];
}
