import { protocolRejected } from '@holdfast/contract';
import type { Clock } from '../../platform/clock.ts';
import { plainAddress } from '../../platform/address.ts';
import type { EventQueue } from './event-queue.ts';

const EVENTS_PER_SECOND_MAX = 50;
const FOLDED_KINDS_MAX = 64;
const WINDOW_MS = 1000;

export interface ProtocolReject {
  readonly address: string;
  readonly rule: string;
  readonly status: number;
  readonly protocol: 'http/1.1' | 'h2' | 'tls' | 'unknown';
  readonly requestId: string | null;
}

export interface ProtocolRejects {
  note(reject: ProtocolReject): void;
  /** Sends what was folded. */
  flush(): void;
}

/** Rejects become events one by one up to a rate; a flood is folded by rule, so that it cannot fill the ledger. */
export function createProtocolRejects(events: EventQueue, clock: Clock): ProtocolRejects {
  const folded = new Map<string, { reject: ProtocolReject; count: number }>();
  let windowStart = clock.monotonicMs();
  let sent = 0;
  let timer: NodeJS.Timeout | null = null;

  const put = (reject: ProtocolReject, count: number): void => {
    const address = plainAddress(reject.address);
    events.put({
      type: protocolRejected.type,
      version: protocolRejected.version,
      severity: protocolRejected.severity,
      application: null,
      target: null,
      outcome: 'refused',
      reason: reject.rule,
      requestId: reject.requestId,
      trace: null,
      subject: address,
      payload: { address, rule: reject.rule, status: reject.status, protocol: reject.protocol, count },
    });
  };
  const flush = (): void => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    // One alone can still be explained; a number stands for none of those behind it.
    for (const { reject, count } of folded.values()) put(count === 1 ? reject : { ...reject, requestId: null }, count);
    folded.clear();
  };

  return {
    note(reject) {
      events.count('holdfast_protocol_rejects_total', [reject.rule], 1);
      const now = clock.monotonicMs();
      if (now - windowStart >= WINDOW_MS) {
        windowStart = now;
        sent = 0;
      }
      if (sent < EVENTS_PER_SECOND_MAX) {
        sent += 1;
        put(reject, 1);
        return;
      }
      const held = folded.get(reject.rule);
      if (held !== undefined) held.count += 1;
      else if (folded.size < FOLDED_KINDS_MAX) folded.set(reject.rule, { reject, count: 1 });
      timer ??= setTimeout(flush, WINDOW_MS).unref();
    },
    flush,
  };
}
