import { formatPrefix, parsePrefix } from '../../../platform/prefix.ts';
import type { Vault } from './vault.ts';
import { KEY_CHARS } from './vectors.ts';

/** One household holds an IPv6 /64 and changes the rest of its address by the day (RFC 8981). */
function householdOf(address: string): string {
  const prefix = parsePrefix(address.includes(':') ? `${address}/64` : address);
  return prefix === null ? address : formatPrefix(prefix);
}

/** What stands for a client wherever clients are told apart: a keyed hash, never the address. */
export function clientName(vault: Pick<Vault, 'pseudonym'>, address: string): string {
  return vault.pseudonym(`client ${householdOf(address)}`).slice(0, KEY_CHARS);
}
