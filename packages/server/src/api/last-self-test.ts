import { controlEvents } from '@holdfast/contract';
import type { AuditPort } from './parts.ts';

/** The last self-test on record: readiness asks for one and does not run it. */
export async function lastSelfTest(audit: Pick<AuditPort, 'tail'>): Promise<{ passed: boolean; at: number } | null> {
  const { items } = await audit.tail({ type: controlEvents.selfTestCompleted.type, limit: 1 });
  const [event] = items;
  return event === undefined ? null : { passed: event.outcome === 'ok', at: event.time };
}
