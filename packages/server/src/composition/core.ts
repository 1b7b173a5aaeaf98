import { randomBytes } from 'node:crypto';
import type { Answer, Ask, EventRecord } from '@holdfast/contract';
import type { ApiParts } from '../api/parts.ts';
import { createAccess } from '../domains/access/index.ts';
import { createApplications } from '../domains/applications/index.ts';
import { createTraffic, openAudit, TRAFFIC_PLACE, type Audit, type Traffic } from '../domains/audit/index.ts';
import type { Detection } from '../domains/detection/index.ts';
import { createIdentity, toGatewayAccount, type Identity } from '../domains/identity/index.ts';
import type { Response } from '../domains/incidents/index.ts';
import {
  createProtection,
  TUNING_PLACE,
  type KeyMaterial,
  type ProtectionVault,
  type Uploads,
} from '../domains/protection/index.ts';
import { foldRoute } from '../platform/http/fold-route.ts';
import { openAdvice } from './advice.ts';
import { openDetection } from './detection.ts';
import { openIdentity } from './identity.ts';
import { openKeys } from './keyring.ts';
import { openOwnKeys } from './own-keys.ts';
import { configuredPlaces, createLinks } from './places.ts';
import { openMaintenance } from './recovery.ts';
import { createRunningSeal } from './seal.ts';
import { openResponse } from './response.ts';
import { openSecrets } from './secrets.ts';
import { isAboutUploads, openUploads } from './uploads.ts';
import { openVaultParts } from './vault-parts.ts';
import { describeSystem, type Held } from './system.ts';
import type { Foundation } from '../platform/foundation.ts';
import type { Keyring } from '../platform/keyring/keyring.ts';
import { createMetrics } from '../platform/metrics.ts';
import { TICKET_KEYS_BYTES } from '../platform/tls/tls-options.ts';

export type Core = Awaited<ReturnType<typeof openCore>>;

/** One half of the composition root: the domains on their foundation, serving nothing yet. `main.ts` puts them to work. */
export async function openCore(foundation: Foundation) {
  const { config, db, bus, clock, log, stack } = foundation;
  const metrics = createMetrics({ withProcess: true });
  const audit = stack.use(await openAudit({ platform: foundation, settings: config.audit, node: config.node }));
  const traffic = stack.use(openTraffic(foundation, audit));
  // Certificates come only when something is served; a snapshot made before has none.
  const held: Held = { certificates: null, ticketKeys: randomBytes(TICKET_KEYS_BYTES), databaseTrouble: null };
  const seal = createRunningSeal(foundation);
  const troubles = (): string[] =>
    [held.databaseTrouble, foundation.nodes.trouble(), seal.trouble(), secrets.trouble()].filter((trouble) => trouble !== null);
  const visitorKey = foundation.keyring.hmac('visitor sessions', 'gateways');
  const keyMaterial = async (): Promise<KeyMaterial> => ({
    ...(held.certificates?.forSnapshot() ?? { certificates: [], challenges: [], alpnCertificates: [] }),
    ticketKeys: held.ticketKeys.toString('base64'),
    identityKeys: await rooms.signingKeys.current(),
    intel: (await detection.rooms.intel?.table()) ?? null,
    visitorKey,
  });
  const applications = createApplications({ db, bus, clock });
  const identity = createIdentity({ db, bus, clock });
  const rooms = openIdentity(foundation, applications);
  const directory = { people: rooms.people, accounts: identity.accounts };
  const access = createAccess({ db, bus, clock, log, applications, directory });
  const { trustedHops, limits, contact } = config;
  const vault = openVault(foundation.keyring, TUNING);
  const protection = stack.use(
    createProtection({ db, bus, clock, log, applications, access, trustedHops, limits, contact, keyMaterial, vault }),
  );
  const uploads = openUploads(foundation, { applications, metrics });
  const { people, sessions, signIn, signingKeys } = rooms;
  const opened = openSecrets(foundation, { applications, access, metrics });
  const vaultPort = openVaultParts(foundation, identity);
  const keys = openKeys(foundation, { audit, sealed: [rooms.mail.sealed, opened.sealedKeys, ...vaultPort.sealed] });
  const ownKeys = openOwnKeys(foundation, { audit, signingKeys, care: keys.care, held, snapshots: protection.snapshots });
  const secrets = { ...opened, ownKeys };
  const advice = openAdvice(foundation, { identity, people, access });
  const places = configuredPlaces(config);
  const watched = { applications, protection, sessions, people, metrics, audit, mail: rooms.mail, places };
  const detection = openDetection(foundation, watched);
  const response = openResponse(foundation, { ...watched, identity, people, secrets, detection });
  watchRecords(audit, { observe: observing(detection, response) });
  keys.areas.add(...detection.sealed, ...response.sealed);
  const domains = { applications, identity, access, people, sessions, signIn, signingKeys, protection, audit };
  const peoplePort = {
    people,
    sessions,
    admins: rooms.admins,
    pages: rooms.adminPages,
    observed: rooms.observed,
    links: createLinks(places, applications),
  };
  const maintenance = openMaintenance(foundation, { audit, applications, protection });
  const system = describeSystem({ foundation, domains, metrics, held, secrets, uploads, detection, response });
  const parts = { advice, detection, response, secrets, uploads, vaultPort, keys, seal, maintenance };
  const shown = { metrics, audit, traffic, held, domains, peoplePort, places };
  return {
    ...foundation,
    ...parts,
    ...shown,
    system,
    troubles,
    apiParts: apiPartsOf(peoplePort, parts),
    answerGateway: answering(rooms, identity, uploads),
    observe: observing(detection, response),
  };
}

interface Shown extends Required<Pick<ApiParts, 'secrets' | 'uploads' | 'seal' | 'maintenance'>> {
  readonly advice: { readonly advisor: NonNullable<ApiParts['advisor']> };
  readonly detection: Detection;
  readonly response: Response;
  readonly keys: { readonly care: NonNullable<ApiParts['keys']> };
}

/** What the API has of it, over the wire and over the socket. */
function apiPartsOf(people: NonNullable<ApiParts['people']>, { advice, detection, response, keys, ...same }: Shown) {
  const { secrets, uploads, seal, maintenance } = same;
  const watched = { detection: detection.rooms, response: response.rooms };
  return { people, secrets, uploads, seal, maintenance, ...watched, advisor: advice.advisor, keys: keys.care };
}

/** Whoever watches sees an event before whoever answers. */
const observing =
  (detection: Pick<Detection, 'observe'>, response: Pick<Response, 'observe'>) => (events: readonly EventRecord[]) => {
    detection.observe(events);
    response.observe(events);
  };

/** What gateways tell comes to the watch from them, at once and also where it is no record. */
function watchRecords(audit: Pick<Audit, 'onRecorded'>, detection: Pick<Detection, 'observe'>): void {
  audit.onRecorded(({ index: _index, ...recorded }) => {
    const isFromGateway = recorded.actor.kind === 'visitor' && recorded.actor.ref === '';
    // The view of a record that was written a moment ago: its payload is the JSON that the event had.
    if (!isFromGateway) detection.observe([recorded as EventRecord]);
  });
}

/** What gateways ask while a request waits. */
function answering({ answer }: ReturnType<typeof openIdentity>, identity: Identity, uploads: Pick<Uploads, 'answer'>) {
  return async (ask: Ask): Promise<Answer> => {
    if (isAboutUploads(ask)) return uploads.answer(ask);
    if (ask.kind !== 'account') return answer(ask);
    const { hash, application } = ask;
    return { kind: 'account', account: toGatewayAccount(await identity.verifyTokenHash(hash), hash, application) };
  };
}

/** Counted traffic names routes, and a path can hold what belongs to somebody. */
function openTraffic({ db, clock, log, keyring }: Foundation, audit: Pick<Audit, 'status' | 'onRecorded'>): Traffic {
  const routes = { fold: foldRoute, ...openVault(keyring, TRAFFIC) };
  const traffic = createTraffic({ db, clock, log, origin: audit.status().origin, routes });
  audit.onRecorded((event) => {
    if (!keyring.isSealed) traffic.takeRecord(event);
  });
  return traffic;
}

const TUNING = { purpose: 'tuning', place: TUNING_PLACE };
const TRAFFIC = { purpose: 'traffic', place: TRAFFIC_PLACE };

/** What advice and counts keep is hidden under keys of this data directory. */
function openVault(keyring: Keyring, { purpose, place }: typeof TUNING): ProtectionVault {
  return {
    pseudonym: (text) => keyring.hmac(purpose, text),
    seal: (text) => keyring.seal(Buffer.from(text, 'utf8'), place),
    open(sealed) {
      try {
        return keyring.open(sealed, place).toString('utf8');
      } catch {
        // Advice that does not open is advice that is gone; what guards people is opened elsewhere.
        return null;
      }
    },
  };
}
