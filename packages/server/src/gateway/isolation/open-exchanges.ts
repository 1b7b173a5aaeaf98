import type { Exchange, Refused } from '../exchange.ts';
import { isBanned } from '../limits/banned.ts';
import { isGone, outgoingOf } from '../response/write-head.ts';
import type { CompiledSnapshot } from '../snapshot/compiled-snapshot.ts';
import type { WebSocketRelays } from '../upstream/websocket.ts';
import { findIsolation } from './weigh-isolation.ts';

/** Requests that wait for something: their body, an answer, its reader. What is answered at once is never among them. */
export interface OpenExchanges {
  /** Resolves or rejects as the request does. */
  track(exchange: Exchange, running: Promise<void>): Promise<void>;
  /** Cuts what the snapshot cuts off, and whoever it bans: event streams, downloads, answers that are waited for, and WebSockets. */
  follow(snapshot: CompiledSnapshot, now: number): void;
}

export function createOpenExchanges(webSockets: Pick<WebSocketRelays, 'endOne'>): OpenExchanges {
  const open = new Set<Exchange>();
  return {
    async track(exchange, running) {
      open.add(exchange);
      try {
        await running;
      } finally {
        open.delete(exchange);
      }
    },
    follow(snapshot, now) {
      if (snapshot.isolations.parts.size === 0 && snapshot.bans.size === 0) return;
      for (const exchange of open) {
        const why = whyCut(exchange, snapshot, now);
        if (why === null) continue;
        const { record } = exchange;
        record.outcome = 'refused';
        record.problem = why.code;
        record.reason = why.reason;
        // What asks for a WebSocket and has none may still get one, or an answer that goes on without an end.
        const isTold = exchange.upgrade !== undefined && webSockets.endOne(exchange, why.code === 'isolated');
        if (!isTold && !isGone(exchange)) outgoingOf(exchange).destroy();
      }
    },
  };
}

function whyCut(exchange: Exchange, snapshot: CompiledSnapshot, now: number): Pick<Refused, 'code' | 'reason'> | null {
  if (isBanned(exchange.clientAddress, snapshot, now)) return { code: 'address-banned', reason: 'ban' };
  const found = findIsolation(exchange, { snapshot, now, hasFields: exchange.canonical !== null });
  // A change that is under way comes to its end: half of one helps nobody, and it came before the decision.
  if (found === null || (found.rule.kind === 'read-only' && exchange.upgrade === undefined)) return null;
  return { code: 'isolated', reason: `isolated.${found.rule.id}` };
}
