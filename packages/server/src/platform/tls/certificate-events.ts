import { controlEvents, type EventRecord } from '@holdfast/contract';
import type { Bus } from '../bus/bus.ts';
import type { Log } from '../log.ts';
import type { AcmeOutcome } from './acme.ts';
import type { CertificateDescription } from './certificate-store.ts';
import type { OwnFilesOutcome } from './own-files.ts';

export interface CertificateReporter {
  onOwnFiles(outcome: OwnFilesOutcome): void;
  onAcme(outcome: AcmeOutcome): void;
  onLocalLeaf(leaf: Pick<CertificateDescription, 'names' | 'notAfterMs'>): void;
  /** Says once a day which certificates end within 30, 7 or 1 days. */
  reportExpiring(certificates: readonly CertificateDescription[]): Promise<void>;
}

/** Turns what happens to certificates into events; nothing here can stop a listener. */
export function createCertificateReporter(bus: Bus, log: Log): CertificateReporter {
  const record = (event: EventRecord): void => {
    bus
      .record(event)
      .catch((error: unknown) => log.error({ err: error, type: event.type }, 'an event of a certificate was not recorded'));
  };
  const replaced = (names: readonly string[], source: string, notAfterMs: number): void =>
    record(bus.newEvent(controlEvents.certificateReplaced, { payload: { names: [...names], source, notAfter: notAfterMs } }));
  const refused = (source: string, cause: string): void =>
    record(
      bus.newEvent(controlEvents.certificateRefused, { payload: { source, cause: cause.slice(0, 500) }, outcome: 'refused' }),
    );
  return {
    onOwnFiles(outcome) {
      if (outcome.kind === 'replaced') replaced(outcome.pair.names, 'own-files', outcome.pair.notAfterMs);
      if (outcome.kind === 'refused') refused('own-files', outcome.fault);
      if (outcome.keyReadableByOthers) log.warn({}, 'the private key file can be read by others: chmod 600');
    },
    onAcme(outcome) {
      if (outcome.kind === 'issued') replaced(outcome.names, 'acme', outcome.notAfterMs);
      if (outcome.kind === 'failed') refused('acme', `${outcome.stage}: ${outcome.fault} ${outcome.detail}`);
    },
    onLocalLeaf: ({ names, notAfterMs }) => replaced(names, 'local-ca', notAfterMs),
    async reportExpiring(certificates) {
      for (const { names, notAfterMs, expiry } of certificates) {
        if (expiry.kind === 'ok') continue;
        const days = expiry.kind === 'expired' ? 0 : expiry.days;
        await bus.record(
          bus.newEvent(controlEvents.certificateExpiring, { payload: { names: [...names], notAfter: notAfterMs, days } }),
        );
      }
    },
  };
}
