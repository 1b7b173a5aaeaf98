import { isLoopback } from '../../platform/address.ts';
import type { CompiledSnapshot } from '../snapshot/compiled-snapshot.ts';

/** Order: static allow, break-glass, ban. Loopback is the operator's own machine and can never lock itself out. */
export function isBanned(address: string, snapshot: CompiledSnapshot, now: number): boolean {
  const { bans, allows, source } = snapshot;
  if (bans.size === 0) return false;
  const expiresAt = bans.lookup(address);
  if (expiresAt === undefined || expiresAt <= now) return false;
  const isBypassed = source.bypassUntil !== null && now < source.bypassUntil;
  return allows.lookup(address) === undefined && !isBypassed && !isLoopback(address);
}
