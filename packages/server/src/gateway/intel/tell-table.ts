import { intelEvents } from '@holdfast/contract';
import type { EventQueue } from '../record/event-queue.ts';
import type { Met } from './planted.ts';

/** What a gateway tells of its tables: nobody's request. */
export interface TellTable {
  met(table: string, met: Met): void;
  refused(table: string, detail: string): void;
}

const NOBODYS = { application: null, reason: null, requestId: null, trace: null, subject: null } as const;

export function tellTable(events: Pick<EventQueue, 'put'>): TellTable {
  return {
    met(table, met) {
      const { type, version, severity } = intelEvents.canaryMet;
      events.put({ ...NOBODYS, type, version, severity, target: table, outcome: 'ok', payload: { table, ...met } });
    },
    refused(table, detail) {
      const { type, version, severity } = intelEvents.tableRefused;
      events.put({ ...NOBODYS, type, version, severity, target: table, outcome: 'failed', payload: { table, detail } });
    },
  };
}
