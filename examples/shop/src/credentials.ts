import { ShopError } from './shop-error.ts';

const DATABASE_PASSWORD = 'SHOP_DATABASE_PASSWORD';
const API_KEY = 'SHOP_API_KEY';
/** What stands in `shop.env` until `holdfast run` puts the value there. */
const REFERENCE = 'holdfast:';

/** Null = not given: the shop serves, and what needs it says so. */
export interface Credentials {
  /** What the one secret column of the database is sealed with. */
  readonly databasePassword: string | null;
  /** What the supplier sends. */
  readonly apiKey: string | null;
}

export const NO_CREDENTIALS: Credentials = { databasePassword: null, apiKey: null };

/** Takes them out of the environment: whatever the shop starts later does not inherit them. */
export function takeCredentials(env: NodeJS.ProcessEnv): Credentials {
  return { databasePassword: take(env, DATABASE_PASSWORD), apiKey: take(env, API_KEY) };
}

function take(env: NodeJS.ProcessEnv, name: string): string | null {
  const value = env[name] ?? '';
  Reflect.deleteProperty(env, name);
  if (value.startsWith(REFERENCE))
    throw new ShopError('credentials-missing', `${name} names a secret and is none: start the shop with holdfast run.`);
  return value === '' ? null : value;
}
