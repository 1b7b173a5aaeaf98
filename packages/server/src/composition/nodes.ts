import { sessionHashSchema } from '@holdfast/contract';
import { z } from 'zod';
import type { GatewayLink } from '../gateway/link/gateway-link.ts';
import type { Core } from './core.ts';

/** Where notes are lost, a changed policy holds at every node after this; a session that ended, after what its gateway remembers. */
const LOOK_MS = 3000;
/** 64 hex digits each, so that one note holds them. */
const HASHES_PER_NOTE = 100;
const AWAY = 'the database is away: requests are judged by the last policy, changes are refused';
const hashesSchema = z.array(sessionHashSchema).max(HASHES_PER_NOTE);

/** What the gateways of all nodes must know at once: which sessions ended, and that there is another policy. */
export interface Neighbours {
  /** At the gateways of this node, and of all others when it was this node that ended them. */
  endSessions(hashes: readonly string[], isOwn: boolean): void;
}

export function meetNeighbours(
  { nodes, domains, vaultPort, stack, log, held }: Core,
  link: Pick<GatewayLink, 'endSessions'>,
): Neighbours {
  const { snapshots } = domains.protection;
  if (nodes.kind === 'alone') return { endSessions: (hashes) => link.endSessions(hashes) };
  const look = async (): Promise<void> => {
    try {
      await snapshots.follow();
      held.databaseTrouble = null;
    } catch (error) {
      log.warn({ err: error }, 'the database is away: what other nodes change arrives when it is back');
      held.databaseTrouble = AWAY;
    }
  };
  const follow = (): void => void look();
  nodes.on('sessions', (text) => {
    const hashes = hashesSchema.safeParse(text.split(','));
    if (!hashes.success) return;
    // Also tokens of programs are told by these: what this node remembers of them is as old as what its gateways do.
    domains.identity.forget();
    vaultPort.tokens.forget();
    link.endSessions(hashes.data);
  });
  nodes.on('policy', follow);
  nodes.onReturn(follow);
  snapshots.onSnapshot(({ version }, isOwn) => {
    if (isOwn) nodes.tell('policy', String(version));
  });
  const timer = setInterval(follow, LOOK_MS);
  timer.unref();
  stack.defer(() => clearInterval(timer));
  return {
    endSessions(hashes, isOwn) {
      link.endSessions(hashes);
      if (!isOwn) return;
      for (let from = 0; from < hashes.length; from += HASHES_PER_NOTE)
        nodes.tell('sessions', hashes.slice(from, from + HASHES_PER_NOTE).join(','));
    },
  };
}
