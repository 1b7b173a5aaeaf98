import { identityEvents } from '@holdfast/contract';
import type { Transaction } from '../../../platform/db/database.ts';
import { isUniqueViolation } from '../../../platform/db/database-error.ts';
import { insertPasskey, passkeysOf } from '../people/factor-store.ts';
import { isShowable, type Person } from '../people/person.ts';
import type { PeopleDb, PeopleTables } from '../people/tables.ts';
import { totpUri } from '../people/totp.ts';
import type { OpenChallenge } from './challenges.ts';
import { endedAfter, proofOf } from './factor-step.ts';
import { PASSKEY_AMR } from './passkey-step.ts';
import { actorOf, refused, type Flow } from './flow.ts';
import type { Enrol, PasskeyOffer, Refused, SignInContext, Site, Step, TotpOffer } from './steps.ts';
import { attestationOptions, newWebAuthnChallenge, readAttestation, verifyAttestation, type NewPasskey } from './webauthn.ts';

const PASSKEY_NAME_MAX = 64;
const PASSKEYS_MAX = 20;

/** For somebody who is signed in: the caller has checked the session and its elevation. */
export async function beginEnrolling<Session>(
  { core, challenges }: Flow<Session>,
  id: string,
  context: SignInContext,
): Promise<Enrol | Refused> {
  const stored = await core.store.byId(core.tables(), id);
  if (stored === null || stored.person.status === 'disabled') return refused('ended');
  const data = { purpose: 'enrolment' as const, context, amr: [], seed: null, webAuthn: null };
  return { kind: 'enrol', challenge: await challenges.create(core.tables(), { person: id, stage: 'enrol', data }) };
}

/** Without a password a code of an app would be the only factor: a passkey is two by itself (SP 800-63B-4 §2.2.2). */
export const isPasskeyOnly = ({ data }: Pick<OpenChallenge, 'data'>): boolean => data.link !== undefined;

/** The same seed each time it is asked for, so that a page that is loaded again still fits what the app has scanned. */
export async function offerTotp<Session>(flow: Flow<Session>, token: string, issuer: string): Promise<TotpOffer | Refused> {
  const { core, challenges } = flow;
  const open = await challenges.read(core.tables(), token);
  const person = open === null || open.stage !== 'enrol' ? null : await flow.personOf(core.tables(), open);
  if (open === null || person === null) return refused('ended');
  if (isPasskeyOnly(open)) return refused('ended');
  const { seed } = open.data;
  const kept = seed === null ? core.factors.newSeed(person.id) : { sealed: seed, secret: core.factors.openSeed(person.id, seed) };
  if (seed === null) await challenges.amend(core.tables(), open, { seed: kept.sealed });
  const uri = totpUri(kept.secret, { issuer, account: person.name });
  return { kind: 'totp-offer', challenge: token, secret: kept.secret, uri };
}

interface Enrolling {
  readonly open: OpenChallenge;
  readonly person: Person;
}

/**
 * A sign-in may only enrol a first factor. Otherwise a challenge begun with a stolen password, before the owner enrolled,
 * would put a second one beside the owner's.
 */
async function mayEnrol<Session>(flow: Flow<Session>, tx: PeopleDb, { open, person }: Enrolling): Promise<boolean> {
  await tx.selectFrom('identity_person').select('id').where('id', '=', person.id).forUpdate().execute();
  return open.data.purpose === 'enrolment' || (await flow.methodsOf(tx, person.id)).length === 0;
}

/** The factor is stored: recovery codes if there are none, otherwise on. */
async function afterEnrolling<Session>(
  flow: Flow<Session>,
  transaction: Transaction,
  { open, person, factor }: Enrolling & { readonly factor: 'totp' | 'passkey' },
) {
  const { core, challenges } = flow;
  const tx = transaction.kysely.withTables<PeopleTables>();
  if (!(await challenges.consume(tx, open))) return refused('ended');
  const updated = await core.store.update(tx, person.id, { renew_factors_since: null, status: 'active' });
  const now = updated?.person ?? person;
  const proof = proofOf(open, now, factor === 'totp' ? ['otp'] : PASSKEY_AMR);
  const enrolled = (what: 'totp' | 'passkey' | 'recovery-codes') =>
    core.bus.newEvent(identityEvents.factorEnrolled, {
      actor: actorOf(person.id),
      target: person.id,
      payload: { person: person.id, factor: what },
    });
  await core.bus.publish(transaction, [enrolled(factor)]);
  transaction.afterCommit(() => core.tell(person, 'factor-enrolled'));
  const view = await core.factors.view(tx, person.id);
  if (view.recoveryCodesLeft > 0) return flow.complete(transaction, proof);
  const codes = await core.factors.newRecoveryCodes(tx, person.id);
  await core.bus.publish(transaction, [enrolled('recovery-codes')]);
  const data = { ...open.data, amr: proof.amr, seed: null, webAuthn: null };
  const challenge = await challenges.create(tx, { person: person.id, stage: 'save-codes', data });
  return { kind: 'recovery-codes' as const, challenge, codes };
}

export async function enrolWithTotp<Session>(flow: Flow<Session>, token: string, code: string): Promise<Step<Session>> {
  const { core, challenges } = flow;
  const settled = await core.db.transaction(async (transaction) => {
    const tx = transaction.kysely.withTables<PeopleTables>();
    const open = await challenges.take(tx, token, ['enrol']);
    const person = open === null ? null : await flow.personOf(tx, open);
    if (open === null || person === null || open.data.seed === null || isPasskeyOnly(open)) return refused('ended');
    if (!(await mayEnrol(flow, tx, { open, person }))) return refused('ended');
    if (await core.factors.enrolTotp(tx, person.id, { sealed: open.data.seed, code })) {
      return afterEnrolling(flow, transaction, { open, person, factor: 'totp' });
    }
    return endedAfter(open, refused('code'));
  });
  return 'kind' in settled ? settled : flow.open(settled);
}

export async function offerRegistration<Session>(
  flow: Flow<Session>,
  token: string,
  { rpId }: Site,
): Promise<PasskeyOffer | Refused> {
  const { core, challenges } = flow;
  const open = await challenges.read(core.tables(), token);
  const person = open === null || open.stage !== 'enrol' ? null : await flow.personOf(core.tables(), open);
  if (open === null || person === null) return refused('ended');
  const offer = { challenge: newWebAuthnChallenge(), rpId };
  await challenges.amend(core.tables(), open, { webAuthn: offer });
  const existing = (await passkeysOf(core.tables(), person.id)).filter((passkey) => passkey.rpId === rpId);
  const options = await attestationOptions(offer, { id: person.id, name: person.name, display: person.display, existing });
  return { kind: 'passkey-offer', challenge: token, options };
}

async function keep<Session>(
  flow: Flow<Session>,
  transaction: Transaction,
  { open, person, passkey, name }: Enrolling & { readonly passkey: NewPasskey; readonly name: string },
) {
  const { core } = flow;
  const tx = transaction.kysely.withTables<PeopleTables>();
  if (!(await mayEnrol(flow, tx, { open, person }))) return refused('ended');
  const { link } = open.data;
  if (link !== undefined && link !== null && (await core.invites.use(tx, link.kinds, link.token)) === null)
    return refused('link');
  if ((await passkeysOf(tx, person.id)).length >= PASSKEYS_MAX) return refused('code');
  const given = name.trim().slice(0, PASSKEY_NAME_MAX);
  const called = given !== '' && isShowable(given) ? given : 'Passkey';
  const row = { ...passkey, id: core.newId(), person: person.id, name: called, createdAt: core.clock.now(), lastUsedAt: null };
  await insertPasskey(tx, row);
  return afterEnrolling(flow, transaction, { open, person, factor: 'passkey' });
}

export async function enrolWithPasskey<Session>(
  flow: Flow<Session>,
  token: string,
  given: { readonly response: unknown; readonly site: Site; readonly name: string },
): Promise<Step<Session>> {
  const { core, challenges } = flow;
  const open = await challenges.take(core.tables(), token, ['enrol']);
  const person = open === null ? null : await flow.personOf(core.tables(), open);
  if (open === null || person === null) return refused('ended');
  const { webAuthn } = open.data;
  await challenges.amend(core.tables(), open, { webAuthn: null });
  const attestation = readAttestation(given.response);
  const passkey =
    attestation === null || webAuthn === null
      ? null
      : await verifyAttestation(attestation, { offer: webAuthn, site: given.site });
  if (passkey === null) return endedAfter(open, refused('code'));
  try {
    const settled = await core.db.transaction(async (tx) => keep(flow, tx, { open, person, passkey, name: given.name }));
    return 'kind' in settled ? settled : await flow.open(settled);
  } catch (error) {
    // The key is enrolled already, by this person or another.
    if (isUniqueViolation(error)) return refused('code');
    throw error;
  }
}

/** Typed back, so that nobody clicks the codes away unread. The code stays usable. */
export async function confirmCodes<Session>(flow: Flow<Session>, token: string, code: string): Promise<Step<Session>> {
  const { core, challenges } = flow;
  const settled = await core.db.transaction(async (transaction) => {
    const tx = transaction.kysely.withTables<PeopleTables>();
    const open = await challenges.take(tx, token, ['save-codes']);
    const person = open === null ? null : await flow.personOf(tx, open);
    if (open === null || person === null) return refused('ended');
    if (!(await core.factors.knowsRecoveryCode(tx, person.id, code))) return endedAfter(open, refused('code'));
    if (!(await challenges.consume(tx, open))) return refused('ended');
    const { context, purpose, amr } = open.data;
    return flow.complete(transaction, { person, context, purpose, amr });
  });
  return 'kind' in settled ? settled : flow.open(settled);
}
