import type { StoredPasskey } from '../people/factor-store.ts';
import { findPasskey, passkeysOf, usePasskey } from '../people/factor-store.ts';
import type { PeopleTables } from '../people/tables.ts';
import type { OpenChallenge } from './challenges.ts';
import { endedAfter } from './factor-step.ts';
import { refused, type Flow } from './flow.ts';
import type { PasskeyOffer, Refused, SignInContext, Site, Step } from './steps.ts';
import { assertionOptions, newWebAuthnChallenge, readAssertion, verifyAssertion } from './webauthn.ts';

/** RFC 8176: a key in hardware or software, its owner verified by it, two factors together. */
export const PASSKEY_AMR = ['hwk', 'user', 'mfa'] as const;

export async function beginWithPasskey<Session>(
  { core, challenges }: Flow<Session>,
  context: SignInContext,
  { rpId }: Site,
): Promise<PasskeyOffer> {
  const offer = { challenge: newWebAuthnChallenge(), rpId };
  const data = { purpose: 'sign-in' as const, context, amr: [], seed: null, webAuthn: offer };
  const challenge = await challenges.create(core.tables(), { person: null, stage: 'passkey', data });
  return { kind: 'passkey-offer', challenge, options: await assertionOptions(offer, []) };
}

/** A new WebAuthn challenge for a sign-in under way: the one before it is worthless. */
export async function offerPasskey<Session>(
  { core, challenges }: Flow<Session>,
  token: string,
  { rpId }: Site,
): Promise<PasskeyOffer | Refused> {
  const open = await challenges.read(core.tables(), token);
  if (open === null || (open.stage !== 'second-factor' && open.stage !== 'passkey')) return refused('ended');
  const offer = { challenge: newWebAuthnChallenge(), rpId };
  const own = open.person === null ? [] : await passkeysOf(core.tables(), open.person);
  const allowed = own.filter((passkey) => passkey.rpId === rpId);
  // Somebody without a key for this host must not be asked for "any": it would be somebody else's.
  if (open.person !== null && allowed.length === 0) return refused('code');
  await challenges.amend(core.tables(), open, { webAuthn: offer });
  return { kind: 'passkey-offer', challenge: token, options: await assertionOptions(offer, allowed) };
}

type Judged =
  | { readonly kind: 'right'; readonly passkey: StoredPasskey; readonly counter: number }
  | { readonly kind: 'wrong'; readonly person: string | null };

/** The signature is checked outside of any transaction; what it says counts only if the row is still as it was. */
async function judge<Session>(
  { core, challenges }: Flow<Session>,
  open: OpenChallenge,
  { response, site }: { readonly response: unknown; readonly site: Site },
): Promise<Judged> {
  const { webAuthn } = open.data;
  // Used up by the try, right or wrong (WebAuthn §13.4.3).
  await challenges.amend(core.tables(), open, { webAuthn: null });
  const assertion = readAssertion(response);
  const passkey = assertion === null ? null : await findPasskey(core.tables(), assertion.id);
  const isTheirs = passkey !== null && (open.person === null || open.person === passkey.person);
  if (assertion === null || passkey === null || webAuthn === null || !isTheirs) return { kind: 'wrong', person: open.person };
  const counter = await verifyAssertion(assertion, { offer: webAuthn, site, passkey });
  return counter === null ? { kind: 'wrong', person: passkey.person } : { kind: 'right', passkey, counter };
}

export async function finishWithPasskey<Session>(
  flow: Flow<Session>,
  token: string,
  given: { readonly response: unknown; readonly site: Site },
): Promise<Step<Session>> {
  const { core, challenges } = flow;
  const open = await challenges.take(core.tables(), token, ['second-factor', 'passkey']);
  if (open === null) return refused('ended');
  const judged = await judge(flow, open, given);
  const { context, purpose, amr } = open.data;
  if (judged.kind === 'wrong') {
    const { person } = judged;
    const cause = person === null ? 'unknown' : 'unverified';
    await core.bus.record(flow.refusal({ person, cause, step: 'passkey', known: false, address: context.address }));
    return endedAfter(open, refused('code'));
  }
  const { passkey, counter } = judged;
  const settled = await core.db.transaction(async (transaction) => {
    const tx = transaction.kysely.withTables<PeopleTables>();
    const person = await flow.personOf(tx, { ...open, person: passkey.person });
    if (person === null || !(await challenges.consume(tx, open))) return refused('ended');
    const use = { id: passkey.id, before: passkey.counter, counter, now: core.clock.now() };
    // The same assertion in two places: one of them is a copy, and nobody can say which.
    if (!(await usePasskey(tx, use))) return refused('ended');
    return flow.complete(transaction, { person, context, purpose, amr: [...new Set([...amr, ...PASSKEY_AMR])] });
  });
  return 'kind' in settled ? settled : flow.open(settled);
}
