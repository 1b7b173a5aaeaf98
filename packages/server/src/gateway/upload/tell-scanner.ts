import { uploadEvents } from '@holdfast/contract';
import type { EventQueue } from '../record/event-queue.ts';
import type { ScannerChange } from './scan/scanners.ts';

/** Nobody's request: a scanner went away or came back. */
export function tellScannerChange(events: EventQueue): (change: ScannerChange) => void {
  const { type, version, severity } = uploadEvents.scannerChanged;
  return (change) =>
    events.put({
      type,
      version,
      severity: change.state === 'up' ? 'info' : severity,
      application: null,
      target: change.scanner,
      outcome: change.state === 'up' ? 'ok' : 'failed',
      reason: change.detail === '' ? null : change.detail,
      requestId: null,
      trace: null,
      subject: null,
      payload: { ...change },
    });
}
