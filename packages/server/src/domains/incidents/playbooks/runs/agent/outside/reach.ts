import { isIP, type BlockList } from 'node:net';
import { familyOf, reachOf } from '../../../../../../platform/http/outgoing.ts';

export interface Within {
  /** Networks that the operator wrote beside the agent. */
  readonly listed: BlockList;
  readonly isPlain: boolean;
}

/** In words, why nothing is sent to this host; null = it may be tried, and a name is judged when it is resolved (SSRF, CWE-918). */
export function addressFault(host: string, { listed, isPlain }: Within): string | null {
  const address = host.replaceAll(/^\[|\]$|%.*$/gu, '');
  if (isIP(address) === 0 || listed.check(address, familyOf(address))) return null;
  if (reachOf(address) !== 'public')
    return 'its address is of this machine, a private network or a metadata service, and its networks do not list it';
  return isPlain ? 'outside of the networks that are listed it must be encrypted' : null;
}
