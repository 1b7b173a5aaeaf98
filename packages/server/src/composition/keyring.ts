import { join } from 'node:path';
import { sealedInTraffic, type Audit } from '../domains/audit/index.ts';
import { sealedInAlerts, sealedInChannels } from '../domains/detection/index.ts';
import { sealedInIdentity } from '../domains/identity/index.ts';
import { sealedInActions, sealedInCases, sealedInClocks, sealedInPlaybooks, sealedInRuns } from '../domains/incidents/index.ts';
import { sealedInTuning, sealedInUploads } from '../domains/protection/index.ts';
import { sealedInOutbox } from '../platform/bus/outbox.ts';
import type { Foundation } from '../platform/foundation.ts';
import { createSealedAreas, type SealedAreas } from '../platform/keyring/areas/sealed-areas.ts';
import { createTableArea } from '../platform/keyring/areas/table-area.ts';
import { createKeyCare, type KeyCare } from '../platform/keyring/care/key-care.ts';
import { RING_TOPIC } from '../platform/keyring/ring/change-ring.ts';
import type { SealedArea } from '../platform/keyring/sealed-area.ts';
import { createSealedStore } from '../platform/keyring/sealed-store.ts';
import { runningNodes } from '../platform/nodes/running-nodes.ts';
import { createFileKeyStore } from '../platform/tls/key-store.ts';

/** Where notes are lost, a key that another node made is known after this; it seals only when all had the time for that. */
const LOOK_MS = 3000;
export const KEY_CARE_EVERY_SECONDS = 60;

interface KeyParts {
  readonly audit: Pick<Audit, 'sealed'>;
  /** What others seal: one line for each. */
  readonly sealed: readonly SealedArea[];
}

export interface Keys {
  /** Whoever seals something that lasts and is made later adds it here. */
  readonly areas: SealedAreas;
  readonly care: KeyCare;
  readonly tlsKeys: ReturnType<typeof createSealedStore>;
}

/** Everything that is sealed, as a list, and what looks after its keys. */
export function openKeys(foundation: Foundation, { audit, sealed }: KeyParts): Keys {
  const { db, bus, clock, log, keyring, subjectKeys, nodes, dataDir, config, stack } = foundation;
  const tlsKeys = createSealedStore({ inner: createFileKeyStore(join(dataDir, 'tls')), keyring, area: 'tls' });
  const areas = createSealedAreas([
    ...[
      ...sealedInIdentity,
      ...sealedInTuning,
      ...sealedInUploads,
      ...sealedInTraffic,
      ...sealedInAlerts,
      ...sealedInActions,
      ...sealedInPlaybooks,
      ...sealedInRuns,
      ...sealedInChannels,
      ...sealedInClocks,
      ...sealedInCases,
      sealedInOutbox,
    ].map((column) => createTableArea(db, keyring, column)),
    tlsKeys.sealed,
    audit.sealed,
    subjectKeys.sealed,
    ...sealed,
  ]);
  const care = stack.use(
    createKeyCare({
      keyring,
      areas,
      db,
      bus,
      clock,
      log,
      nodes,
      node: config.node,
      otherNodes: async () => (await runningNodes(db)).filter((name) => name !== config.node),
      root: () => ({ provider: foundation.provider.kind, sealed: keyring.isSealed }),
    }),
  );
  return { areas, care, tlsKeys };
}

/** Of a serving process: what other nodes change is taken over. */
export function followKeys({ care }: Pick<Keys, 'care'>, { nodes, log, stack }: Foundation): void {
  if (nodes.kind === 'alone') return;
  const follow = (): void =>
    void care
      .follow()
      .catch((error: unknown) => log.warn({ err: error }, 'the keyring of the other nodes could not be taken over'));
  nodes.on(RING_TOPIC, follow);
  nodes.onReturn(follow);
  const timer = setInterval(follow, LOOK_MS);
  timer.unref();
  stack.defer(() => clearInterval(timer));
}
