import { slugSchema, type SecretRef } from '@holdfast/contract';
import { Refusal } from '../../../platform/refusal.ts';
import type { VaultParts } from '../ports.ts';
import { data, type VaultAnswer } from '../wire/answer.ts';
import { invalid, param, type VaultCall } from '../wire/call.ts';
import { refOfPath } from './kv-path.ts';

export type DatabaseParts = Pick<VaultParts, 'databaseRoles' | 'rotations' | 'secrets' | 'clock'>;

export function nameIn(call: VaultCall): string {
  const name = slugSchema.safeParse(param(call, 'name'));
  if (!name.success) throw invalid('lower-case letters, digits and inner hyphens, at most 63', 'name');
  return name.data;
}

/** `shop/production/PG_ADMIN`, as everywhere in Holdfast. */
export function refIn(text: string): SecretRef {
  const [application = '', ...rest] = text.split('/');
  return refOfPath(application, rest.join('/'));
}

export function listed(names: readonly string[]): VaultAnswer {
  if (names.length === 0) throw new Refusal('not-found');
  return data({ keys: [...names].sort() });
}
