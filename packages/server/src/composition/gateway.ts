import { snapshotApplied } from '@holdfast/contract';
import type { GatewayLink } from '../gateway/link/gateway-link.ts';
import { createLink } from '../gateway/link/open-link.ts';
import { takeMessage } from '../gateway/link/take-messages.ts';
import type { Core } from './core.ts';
import { meetNeighbours } from './nodes.ts';

/**
 * What the gateway sends up and where it goes: records to the ledger, reports to policy learning, counters to the metrics,
 * and questions about who asks to those who know.
 */
export async function connectGateway(core: Core): Promise<GatewayLink> {
  const { config, clock, log, audit, traffic, bus, metrics, domains, advice, uploads, observe, keyring } = core;
  await uploads.start();
  const link = createLink({ config, clock, log, root: core.dataDir });
  const gateways = Math.max(1, config.workers);
  link.onMessage((message) =>
    takeMessage(message, {
      events(events, dropped) {
        audit.ingest(events, dropped);
        // What is counted and advised is kept sealed: without keys the records are all there is.
        if (keyring.isSealed) return;
        observe(events);
        traffic.takeEvents(events);
        for (const event of events) {
          domains.protection.observe(event);
          advice.observe(event);
          uploads.observe(event);
          const { durationUs } = event.payload;
          if (event.type === 'request.completed' && typeof durationUs === 'number')
            metrics.observeRequest(event.application ?? 'none', durationUs / 1e6);
        }
      },
      counters(samples) {
        metrics.add(samples);
        if (!keyring.isSealed) traffic.takeCounters(samples);
      },
      applied(snapshot, digest) {
        metrics.set('holdfast_snapshot_version', snapshot);
        bus.record(bus.newEvent(snapshotApplied, { payload: { snapshot, digest, gateways } })).catch((error: unknown) => {
          log.error({ err: error, snapshot }, 'an applied snapshot was not recorded');
        });
      },
      learned(application, model) {
        if (!keyring.isSealed) domains.protection.learning.observe(application, model);
      },
      failed: (code, detail) => log.error({ code, detail }, 'a gateway failed'),
    }),
  );
  link.onAsk(core.answerGateway);
  domains.protection.patches.rehearseWith(async (patch) => link.rehearse(patch));
  const neighbours = meetNeighbours(core, link);
  domains.sessions.onEnded((hashes, isOwn) => neighbours.endSessions(hashes, isOwn));
  domains.identity.onTokensChanged((hashes) => neighbours.endSessions(hashes, true));
  // Before the first snapshot: without a key no signed-in person could be named to an application.
  await domains.signingKeys.rotateIfDue();
  return link;
}
