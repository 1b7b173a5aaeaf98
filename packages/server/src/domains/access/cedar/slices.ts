import type { CompiledPolicy } from '@holdfast/contract';
import { cedarGeneration, inCedar } from './wasm.ts';

/** Prepared slices of all sets in this process. Cedar forgets none by itself, so their names are used again. */
const SLICES_MAX = 256;

/** By what is in them; the least recently used stands first. */
const held = new Map<string, string>();
let known = cedarGeneration();

/**
 * The name under which these policies are prepared. Throws when they cannot be read, and whoever decides denies.
 * `set` tells apart policies of one id in different sets.
 */
export function preparedSlice(set: string, policies: readonly CompiledPolicy[]): string {
  if (known !== cedarGeneration()) {
    held.clear();
    known = cedarGeneration();
  }
  const key = `${set} ${policies.map(({ id }) => id).join(' ')}`;
  const name = held.get(key) ?? prepare(policies);
  held.delete(key);
  held.set(key, name);
  return name;
}

function prepare(policies: readonly CompiledPolicy[]): string {
  const name = freeName();
  const staticPolicies = Object.fromEntries(policies.map(({ id, text }) => [id, text]));
  const answer = inCedar((cedar) => cedar.preparsePolicySet(name, { staticPolicies }));
  if (answer.type === 'failure') throw new Error('assertion: policies are read before they are enforced');
  return name;
}

function freeName(): string {
  if (held.size < SLICES_MAX) return `slice-${held.size}`;
  const [oldest] = held;
  if (oldest === undefined) throw new Error('assertion: a full table has an oldest entry');
  held.delete(oldest[0]);
  return oldest[1];
}
