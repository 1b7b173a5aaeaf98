import { randomBytes } from 'node:crypto';
import { lineOf, packLines } from '../build/content.ts';
import type { BuildSource } from '../build/build-table.ts';

/** What is planted belongs to this one; it is no row of the table. */
export const PLANTED_SOURCE = '00000000000000000000CANARY';
const NONCE_BYTES = 12;
const DAYS = 3650;

/** Another one for each table: whoever meets it has this table, and nobody can guess it. `.invalid` is nobody's (RFC 2606 §2). */
export const newPlanted = (): string => `canary-${randomBytes(NONCE_BYTES).toString('hex')}.invalid`;

export function plantedSource({ host, at }: { readonly host: string; readonly at: number }): BuildSource {
  const entry = {
    kind: 'host',
    value: host,
    confidence: 100,
    firstSeenAt: at,
    expiresAt: null,
    seenAt: at,
    detail: null,
  } as const;
  const content = packLines([lineOf(entry)]);
  return { id: PLANTED_SOURCE, action: 'block', confidence: 100, days: DAYS, seenAt: at, content, isPlanted: true };
}
