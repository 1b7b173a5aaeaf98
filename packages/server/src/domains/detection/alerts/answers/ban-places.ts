import { networkInterfaces } from 'node:os';
import type { Sessions } from '../../../identity/index.ts';

const ADMIN_SESSIONS_MAX = 500;

/** Addresses of this machine. */
export const ownAddresses = (): string[] =>
  Object.values(networkInterfaces()).flatMap((entries) => (entries ?? []).map(({ address }) => address.split('%')[0] ?? ''));

/** Where administrators with a second factor sit now. */
export async function administratorsAt(sessions: Pick<Sessions, 'listAll'>): Promise<string[]> {
  const { items } = await sessions.listAll({ before: null, limit: ADMIN_SESSIONS_MAX, kind: 'admin' });
  return items.flatMap(({ acr, address }) => (acr === 'aal2' && address !== null ? [address] : []));
}
