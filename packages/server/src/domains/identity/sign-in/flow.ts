import { identityEvents, type EventRecord } from '@holdfast/contract';
import type { z } from 'zod';
import type { Transaction } from '../../../platform/db/database.ts';
import type { PeopleCore } from '../people/core.ts';
import { needsMfa, type Person } from '../people/person.ts';
import type { PeopleDb, PeopleTables } from '../people/tables.ts';
import { createChallenges, type ChallengeData, type Challenges, type OpenChallenge } from './challenges.ts';
import { createDevices, type Device, type Devices } from './devices.ts';
import type { Confirmed, Method, Refused, SessionRequest, SignedIn, SignInContext, Step } from './steps.ts';

export const refused = (cause: Refused['cause'], retryAfterSeconds: number | null = null): Refused => ({
  kind: 'refused',
  cause,
  retryAfterSeconds,
});

export type OpenSession<Session> = (request: SessionRequest) => Promise<Session>;
export type RefusalPayload = z.input<(typeof identityEvents.signInRefused)['payload']>;

/** Proven as far as it goes: a person, where from, and how. */
export interface Proof {
  readonly person: Person;
  readonly context: SignInContext;
  readonly purpose: ChallengeData['purpose'];
  readonly amr: readonly string[];
}

/** Everything that belongs to the transaction is done; the session is opened after it. */
interface Completed {
  readonly proof: Proof;
  readonly device: Device | null;
}

/** What every step of a sign-in is made of. */
export interface Flow<Session> {
  readonly core: PeopleCore;
  readonly challenges: Challenges;
  readonly devices: Devices;
  /** The person behind a challenge, unless it may no longer sign in. */
  personOf(db: PeopleDb, challenge: OpenChallenge): Promise<Person | null>;
  /** Writes who came in and how, in the transaction that used the last proof up. */
  complete(tx: Transaction, proof: Proof): Promise<Completed>;
  /** After that transaction. */
  open(completed: Completed): Promise<SignedIn<Session> | Confirmed>;
  /** After the first proof: the second factor, enrolment, or in. A provider may have proven both. */
  afterFirst(proof: Proof): Promise<Step<Session>>;
  methodsOf(db: PeopleDb, person: string): Promise<readonly Method[]>;
  refusal(payload: RefusalPayload): EventRecord;
}

/** A proof of two kinds, or of a key that checked its owner by itself (SP 800-63B-4 §2.2). */
export const acrOf = (amr: readonly string[]): 'aal1' | 'aal2' => (amr.includes('mfa') ? 'aal2' : 'aal1');

export const actorOf = (person: string | null): EventRecord['actor'] => ({ kind: 'visitor', ref: person ?? 'anonymous' });
const subjectOf = (person: string): string => `person:${person}`;

/** Recovery codes stand in for a factor; without one they are none. */
async function readMethods({ factors }: PeopleCore, db: PeopleDb, person: string): Promise<readonly Method[]> {
  const view = await factors.view(db, person);
  const first: Method[] = [...(view.totp ? ['totp' as const] : []), ...(view.passkeys.length > 0 ? ['passkey' as const] : [])];
  return first.length > 0 && view.recoveryCodesLeft > 0 ? [...first, 'recovery'] : first;
}

const signedInEvent = (bus: PeopleCore['bus'], { person, context, amr }: Proof, isKnown: boolean): EventRecord => {
  const { kind, application, address, userAgent } = context;
  const how = { kind, acr: acrOf(amr), amr: [...amr], known: isKnown };
  const payload = { person: person.id, ...how, lastAt: person.lastSignedInAt, address, userAgent };
  const fields = { actor: actorOf(person.id), application, target: person.id, subject: subjectOf(person.id), payload };
  return bus.newEvent(identityEvents.signedIn, fields);
};
const steppedUpEvent = (bus: PeopleCore['bus'], { person, context, amr }: Proof): EventRecord => {
  const payload = { person: person.id, amr: [...amr], address: context.address };
  const fields = { actor: actorOf(person.id), target: person.id, subject: subjectOf(person.id), payload };
  return bus.newEvent(identityEvents.steppedUp, fields);
};

export function createFlow<Session>(core: PeopleCore, openSession: OpenSession<Session>): Flow<Session> {
  const { db, bus, clock, store, tables } = core;
  const challenges = createChallenges(core);
  const devices = createDevices(clock);
  const methodsOf: Flow<Session>['methodsOf'] = async (given, person) => readMethods(core, given, person);

  const complete: Flow<Session>['complete'] = async (transaction, proof) => {
    if (proof.purpose === 'enrolment') return { proof, device: null };
    if (proof.purpose === 'step-up') {
      await bus.publish(transaction, [steppedUpEvent(bus, proof)]);
      return { proof, device: null };
    }
    const tx = transaction.kysely.withTables<PeopleTables>();
    const device = await devices.remember(tx, proof.person.id, proof.context.deviceToken);
    await store.update(tx, proof.person.id, { last_signed_in_at: clock.now() });
    await bus.publish(transaction, [signedInEvent(bus, proof, device.wasKnown)]);
    // The first one of all is no news to whoever was invited a moment ago.
    const isNews = !device.wasKnown && proof.person.lastSignedInAt !== null;
    if (isNews) transaction.afterCommit(() => core.tell(proof.person, 'new-device'));
    return { proof, device };
  };

  const open: Flow<Session>['open'] = async ({ proof, device }) => {
    const { person, context, purpose, amr } = proof;
    const acr = acrOf(amr);
    if (device === null || purpose !== 'sign-in') {
      // `complete` makes a device for a sign-in, and for nothing else.
      return { kind: 'confirmed', purpose: purpose === 'enrolment' ? 'enrolment' : 'step-up', person, acr, amr };
    }
    const { kind, application, address, userAgent } = context;
    const request = { person: person.id, kind, application, acr, amr, device: device.hash, address, userAgent };
    const session = await openSession(request);
    const renewFactors = person.renewFactorsSince !== null;
    return { kind: 'signed-in', person, session, deviceToken: device.token, renewFactors };
  };

  return {
    core,
    challenges,
    devices,
    complete,
    open,
    methodsOf,
    async personOf(given, { person, data }) {
      const found = person === null ? null : await store.byId(given, person);
      const status = found?.person.status;
      // Somebody invited may enrol a passkey instead of a password; that makes the person active.
      const isWelcome =
        status === 'active' || (status === 'invited' && (data.purpose === 'enrolment' || data.link !== undefined));
      return isWelcome ? (found?.person ?? null) : null;
    },
    async afterFirst(proof) {
      const { person, context, purpose } = proof;
      if (acrOf(proof.amr) === 'aal2') return open(await db.transaction(async (tx) => complete(tx, proof)));
      const methods = await methodsOf(tables(), person.id);
      const data = { purpose, context, amr: proof.amr, seed: null, webAuthn: null };
      if (methods.length > 0) {
        const challenge = await challenges.create(tables(), { person: person.id, stage: 'second-factor', data });
        return { kind: 'second-factor', challenge, methods };
      }
      if (needsMfa(person) || context.needsMfa) {
        const challenge = await challenges.create(tables(), { person: person.id, stage: 'enrol', data });
        return { kind: 'enrol', challenge };
      }
      return open(await db.transaction(async (tx) => complete(tx, proof)));
    },
    refusal: (payload) => {
      const subject = payload.person === null ? payload.address : subjectOf(payload.person);
      const fields = { actor: actorOf(payload.person), target: payload.person, subject, outcome: 'refused' as const, payload };
      return bus.newEvent(identityEvents.signInRefused, fields);
    },
  };
}
