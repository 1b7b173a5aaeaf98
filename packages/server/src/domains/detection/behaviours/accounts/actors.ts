import type { EventRecord } from '@holdfast/contract';
import type { Entity } from '@holdfast/contract';

/** Whoever asks the control plane for something and can be alerted about: a person, or a token of a program. */
export interface PrivilegedActor {
  readonly key: string;
  readonly entity: Entity;
  /** Of the person; null = a token. */
  readonly person: string | null;
}

const PERSON = 'person:';

/** The operator of the host is left out: whoever has the host has everything, and is away for months where all is well. */
export function privilegedActorOf({ actor }: EventRecord): PrivilegedActor | null {
  if (actor.kind === 'operator' && actor.ref.startsWith(PERSON)) {
    const person = actor.ref.slice(PERSON.length);
    return { key: actor.ref, entity: { kind: 'user', value: person }, person };
  }
  if (actor.kind !== 'token' || actor.ref === '') return null;
  return { key: `token:${actor.ref}`, entity: { kind: 'key', value: actor.ref }, person: null };
}

/** What takes a right to do: reading what is secret, and changing who may what. */
export const PRIVILEGED_TYPES: readonly string[] = [
  'secret.read',
  'secret.canary-read',
  'secret.read-burst',
  'secret.written',
  'secret.versions-changed',
  'secret.removed',
  'secret.granted',
  'secret.grant-revoked',
  'lease.issued',
  'token.created',
  'token.revoked',
  'token.changed',
  'service-account.created',
  'service-account.changed',
  'service-account.enabled',
  'service-account.deleted',
  'identity.person-created',
  'identity.person-changed',
  'identity.person-disabled',
  'identity.person-enabled',
  'application.created',
  'application.updated',
  'application.removed',
  'application.mode.changed',
  'policy.accepted',
  'policy.withdrawn',
  'exception.added',
  'ban.removed',
  'ban.allow.changed',
  'bypass.started',
  'audit.exported',
  'backup.created',
  'detection.rule-changed',
  'alert.suppression-changed',
  'vault.role.changed',
  'vault.transit-key.changed',
];

/** `token.created shop/...`: what was done to what, as evidence tells it. */
export const described = ({ type, target }: EventRecord): string => (target === null ? type : `${type} ${target}`);
