import { randomBytes } from 'node:crypto';
import { SECRET_VALUE_FIELD, type SecretRef } from '@holdfast/contract';
import type { SecretCaller, SecretsDomain } from '../domains/secrets/index.ts';
import { DEMO_ID } from '../gateway/demo-upstream.ts';
import { isRefusal } from '../platform/refusal.ts';

const VALUE_BYTES = 24;
/** Variable of the shop -> the secret that goes there; as `examples/shop/shop.env` names them. */
const CREDENTIALS = [
  ['SHOP_DATABASE_PASSWORD', 'DATABASE_PASSWORD'],
  ['SHOP_API_KEY', 'API_KEY'],
] as const;

const BY_START: SecretCaller = {
  principal: { actor: { kind: 'system', ref: 'demo-shop' }, permissions: 'all' },
  purpose: 'start',
  via: 'run',
};

type Port = Pick<SecretsDomain['secrets'], 'read' | 'write'>;

/** What the demo shop gets when it starts: secrets like those of any application, made by chance the first time. */
export async function demoCredentials(secrets: Port): Promise<Readonly<Record<string, string>>> {
  const given: [string, string][] = [];
  for (const [variable, name] of CREDENTIALS) given.push([variable, await valueOf(secrets, name)]);
  return Object.fromEntries(given);
}

async function valueOf(secrets: Port, name: string): Promise<string> {
  const ref: SecretRef = { application: DEMO_ID, environment: 'production', name };
  const read = async (): Promise<string> => {
    const { data } = await secrets.read(ref, BY_START);
    const value = data[SECRET_VALUE_FIELD];
    return typeof value === 'string' ? value : '';
  };
  try {
    return await read();
  } catch (error) {
    if (!isRefusal(error, 'not-found')) throw error;
  }
  const value = randomBytes(VALUE_BYTES).toString('base64url');
  await secrets.write(ref, { data: { [SECRET_VALUE_FIELD]: value }, note: 'made for the demo shop' }, BY_START);
  return read();
}
