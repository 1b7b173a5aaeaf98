import { randomInt } from 'node:crypto';
import { SECRET_VALUE_FIELD, type SecretData } from '@holdfast/contract';

/** Letters and digits: good in addresses, in SQL and in shells without being quoted. 40 of them are 238 bits. */
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
export const PASSWORD_LENGTH = 40;

export const newPassword = (length = PASSWORD_LENGTH): string =>
  Array.from({ length }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');

export interface Login {
  readonly username: string;
  readonly password: string;
}

export type Schemes = readonly string[];
export const POSTGRES: Schemes = ['postgres:', 'postgresql:'];
export const REDIS: Schemes = ['redis:', 'rediss:'];

/** Where the address may stand, the likelier first. */
const ADDRESS_FIELDS = ['url', SECRET_VALUE_FIELD];

function parseAddress(value: unknown, schemes: Schemes): URL | null {
  if (typeof value !== 'string') return null;
  const url = URL.parse(value);
  return url !== null && schemes.includes(url.protocol) ? url : null;
}

/** The address in a secret; null = it holds none of this kind. */
export function addressIn(data: SecretData, schemes: Schemes): URL | null {
  for (const field of ADDRESS_FIELDS) {
    const url = parseAddress(data[field], schemes);
    if (url !== null) return url;
  }
  return null;
}

export function withLogin(address: URL, { username, password }: Login): URL {
  const url = new URL(address);
  url.username = encodeURIComponent(username);
  url.password = encodeURIComponent(password);
  return url;
}

/** Who logs in with this secret; null = it does not say. */
export function loginIn(
  data: SecretData,
  schemes: Schemes,
): { readonly username: string | null; readonly password: string | null } {
  const url = addressIn(data, schemes);
  const text = (field: string): string | null => (typeof data[field] === 'string' ? data[field] : null);
  const username = text('username') ?? (url === null || url.username === '' ? null : decodeURIComponent(url.username));
  const inAddress = url === null || url.password === '' ? null : decodeURIComponent(url.password);
  const alone = url === null ? text(SECRET_VALUE_FIELD) : null;
  return { username, password: text('password') ?? inAddress ?? alone };
}

/**
 * The same secret with another login: in `username` and `password`, in the address, or, where the secret is nothing but a password,
 * in its value. A secret that is not there yet gets all of them. Null = it has no place for the name, and needs one.
 */
export function replaceLogin(
  data: SecretData | null,
  login: Login,
  { schemes, fallback, needsName }: { readonly schemes: Schemes; readonly fallback: URL; readonly needsName: boolean },
): SecretData | null {
  if (data === null || Object.keys(data).length === 0) return { ...login, url: withLogin(fallback, login).href };
  const next: SecretData = { ...data };
  let holdsName = false;
  let holdsPassword = false;
  for (const field of ADDRESS_FIELDS) {
    const url = parseAddress(data[field], schemes);
    if (url === null) continue;
    next[field] = withLogin(url, login).href;
    holdsName = holdsPassword = true;
  }
  if ('username' in data) {
    next['username'] = login.username;
    holdsName = true;
  }
  if ('password' in data) {
    next['password'] = login.password;
    holdsPassword = true;
  }
  if (!holdsPassword && typeof data[SECRET_VALUE_FIELD] === 'string') {
    next[SECRET_VALUE_FIELD] = login.password;
    holdsPassword = true;
  }
  if (!holdsPassword) return null;
  return holdsName || !needsName ? next : null;
}
