import { randomBytes } from 'node:crypto';
import { createCertificateReporter, type CertificateReporter } from '../platform/tls/certificate-events.ts';
import { openCertificates, type Certificates } from '../platform/tls/open-certificates.ts';
import { TICKET_KEYS_BYTES, TICKET_ROTATION_MS } from '../platform/tls/tls-options.ts';
import type { Core } from './core.ts';

export interface ServedCertificates {
  readonly certificates: Certificates;
  readonly reporter: CertificateReporter;
}

/** Certificates and ticket keys reach the gateway only in snapshots; each change makes one. */
export async function openServedCertificates(core: Core, hostNames: readonly string[]): Promise<ServedCertificates> {
  const { config, dataDir, bus, clock, log, stack, held, keys, domains } = core;
  const reporter = createCertificateReporter(bus, log);
  const publish = async (): Promise<void> =>
    void (await domains.protection.snapshots.refresh('tls.changed', { kind: 'system', ref: 'tls' }));
  const certificates = stack.use(
    await openCertificates({
      settings: config.tls,
      dataDir,
      hostNames,
      keys: keys.tlsKeys,
      now: () => clock.now(),
      random: Math.random,
      onOwnFiles: (outcome) => reporter.onOwnFiles(outcome),
      onAcme: (outcome) => reporter.onAcme(outcome),
      onLocalLeaf: (leaf) => reporter.onLocalLeaf(leaf),
      publish,
    }),
  );
  held.certificates = certificates;
  const publishSoon = (): void =>
    void publish().catch((error: unknown) => log.error({ err: error }, 'a new certificate did not reach the gateway'));
  stack.defer(certificates.onChange(publishSoon));
  const rotation = setInterval(() => {
    held.ticketKeys = randomBytes(TICKET_KEYS_BYTES);
    publishSoon();
  }, TICKET_ROTATION_MS);
  rotation.unref();
  stack.defer(() => clearInterval(rotation));
  return { certificates, reporter };
}
