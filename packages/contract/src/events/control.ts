import { z } from 'zod';
import { defineEvent, type EventDefinition } from './define.ts';

const text = z.string().max(512);
const count = z.number().int().nonnegative();

/** Payloads without personal data: every field is class `none`. */
function plain<Shape extends z.ZodObject>(
  definition: Omit<EventDefinition<Shape>, 'personal' | 'version' | 'audited'> & { audited?: EventDefinition['audited'] },
): EventDefinition<Shape> {
  const personal = Object.fromEntries(Object.keys(definition.payload.shape).map((field) => [field, 'none' as const]));
  // The keys are exactly those of the shape, which the mapped type cannot see through Object.fromEntries.
  return defineEvent<Shape>({
    audited: 'always',
    ...definition,
    version: 1,
    personal: personal as EventDefinition<Shape>['personal'],
  });
}

const API = { classUid: 6003, activityId: 1 };
const LIFECYCLE = { classUid: 6002, activityId: 3 };

export const controlEvents = {
  systemStarted: plain({
    type: 'system.started',
    summary: 'The process is ready to serve.',
    severity: 'info',
    ocsf: LIFECYCLE,
    payload: z.strictObject({ version: text, runtime: text, mode: text, workers: count }),
  }),
  systemStopped: plain({
    type: 'system.stopped',
    summary: 'The process stops after draining.',
    severity: 'info',
    ocsf: { classUid: 6002, activityId: 4 },
    payload: z.strictObject({ signal: text }),
  }),
  clockJumped: plain({
    type: 'system.clock.jumped',
    summary: 'The wall clock moved against the monotonic clock.',
    severity: 'medium',
    ocsf: LIFECYCLE,
    payload: z.strictObject({ jumpMs: z.number().int() }),
  }),
  processStalled: plain({
    type: 'system.stalled',
    summary: 'The event loop did not turn for too long.',
    severity: 'medium',
    ocsf: LIFECYCLE,
    payload: z.strictObject({ stallMs: count }),
  }),
  configRefused: plain({
    type: 'system.config.refused',
    summary: 'A changed configuration is invalid; the old one stays live.',
    severity: 'high',
    ocsf: API,
    payload: z.strictObject({ faults: z.array(text).max(50) }),
  }),
  configLoaded: plain({
    type: 'system.config.loaded',
    summary: 'A configuration became live.',
    severity: 'info',
    ocsf: API,
    payload: z.strictObject({ digest: text }),
  }),
  applicationCreated: plain({
    type: 'application.created',
    summary: 'An application was put under protection.',
    severity: 'info',
    ocsf: API,
    payload: z.strictObject({ upstream: text, hosts: z.array(text).max(64) }),
  }),
  applicationUpdated: plain({
    type: 'application.updated',
    summary: 'The settings of an application changed.',
    severity: 'info',
    ocsf: { classUid: 6003, activityId: 3 },
    payload: z.strictObject({ fields: z.array(text).max(64) }),
  }),
  applicationRemoved: plain({
    type: 'application.removed',
    summary: 'An application is no longer protected.',
    severity: 'medium',
    ocsf: { classUid: 6003, activityId: 4 },
    payload: z.strictObject({}),
  }),
  modeChanged: plain({
    type: 'application.mode.changed',
    summary: 'The mode of an application or of one of its rule groups changed.',
    severity: 'medium',
    ocsf: { classUid: 6003, activityId: 3 },
    payload: z.strictObject({ from: text, to: text, group: text.nullable() }),
  }),
  tuningPromoted: plain({
    type: 'tuning.promoted',
    summary: 'Attack rules of an application begin to block, for a share of the clients first.',
    severity: 'medium',
    ocsf: { classUid: 6003, activityId: 3 },
    payload: z.strictObject({
      group: text.nullable(),
      share: count,
      until: count,
      /** Readiness was not complete and the operator went on. */
      forced: z.boolean(),
      missing: z.array(text).max(16),
    }),
  }),
  tuningAdvanced: plain({
    type: 'tuning.advanced',
    summary: 'The share of a promotion went through its time without a fault; now the rules block for everybody.',
    severity: 'medium',
    ocsf: { classUid: 6003, activityId: 3 },
    payload: z.strictObject({ group: text.nullable(), requests: count, establishedBlocks: count }),
  }),
  tuningRolledBack: plain({
    type: 'tuning.rolled-back',
    summary: 'A promotion was undone, by an operator or because established clients were blocked.',
    severity: 'high',
    ocsf: { classUid: 6003, activityId: 3 },
    payload: z.strictObject({
      group: text.nullable(),
      cause: z.enum(['operator', 'established-clients-blocked']),
      /** Figures of the window that decided; zero when an operator did. */
      requests: count,
      establishedBlocks: count,
      establishedClients: count,
      baselineBlocks: z.number().nonnegative(),
    }),
  }),
  tuningDecided: plain({
    type: 'tuning.decided',
    summary: 'An operator judged a card of the tuning inbox.',
    severity: 'low',
    ocsf: { classUid: 6003, activityId: 3 },
    payload: z.strictObject({ card: text, decision: z.enum(['attack', 'snooze', 'reopen']), until: count.nullable() }),
  }),
  banAdded: defineEvent({
    type: 'ban.added',
    version: 1,
    audited: 'always',
    summary: 'An address or prefix was banned.',
    severity: 'medium',
    ocsf: API,
    payload: z.strictObject({ prefix: text, expiresAt: count.nullable() }),
    personal: { prefix: 'address', expiresAt: 'none' },
  }),
  banRemoved: defineEvent({
    type: 'ban.removed',
    version: 1,
    audited: 'always',
    summary: 'A ban was lifted.',
    severity: 'info',
    ocsf: { classUid: 6003, activityId: 4 },
    payload: z.strictObject({ prefix: text, cause: z.enum(['operator', 'expired', 'undo']) }),
    personal: { prefix: 'address', cause: 'none' },
  }),
  allowChanged: defineEvent({
    type: 'ban.allow.changed',
    version: 1,
    audited: 'always',
    summary: 'The static allow-list changed.',
    severity: 'medium',
    ocsf: API,
    payload: z.strictObject({ prefix: text, change: z.enum(['added', 'removed']) }),
    personal: { prefix: 'address', change: 'none' },
  }),
  bypassStarted: plain({
    type: 'bypass.started',
    summary: 'Break-glass: bans, rates and attack rules refuse nothing until the given time.',
    severity: 'high',
    ocsf: API,
    payload: z.strictObject({ until: count }),
  }),
  bypassEnded: plain({
    type: 'bypass.ended',
    summary: 'Break-glass ended.',
    severity: 'info',
    ocsf: API,
    payload: z.strictObject({ cause: z.enum(['operator', 'expired']) }),
  }),
  snapshotRestored: plain({
    type: 'snapshot.restored',
    summary: 'An earlier policy state was put into force again.',
    severity: 'high',
    ocsf: { classUid: 6003, activityId: 3 },
    payload: z.strictObject({ digest: text, fromVersion: count }),
  }),
  // A path or a parameter can name a person: both are kept under a key of the exception itself, which can be destroyed.
  exceptionAdded: defineEvent({
    type: 'exception.added',
    version: 1,
    audited: 'always',
    summary: 'One rule no longer fires in one place.',
    severity: 'medium',
    ocsf: API,
    payload: z.strictObject({ method: text, route: text, location: text, parameter: text, rule: text, expiresAt: count }),
    personal: { method: 'none', route: 'content', location: 'none', parameter: 'content', rule: 'none', expiresAt: 'none' },
  }),
  schemaAccepted: plain({
    type: 'schema.accepted',
    summary: 'A schema of an application was accepted: requests that do not have its form count from now on.',
    severity: 'medium',
    ocsf: API,
    payload: z.strictObject({ version: count, digest: text, operations: count }),
  }),
  schemaWithdrawn: plain({
    type: 'schema.withdrawn',
    summary: 'A schema is in force no longer; the one before it is again, if there was one.',
    severity: 'medium',
    ocsf: { classUid: 6003, activityId: 4 },
    payload: z.strictObject({ version: count, digest: text, cause: z.enum(['operator', 'rollback']) }),
  }),
  exceptionRemoved: plain({
    type: 'exception.removed',
    summary: 'An exception ended.',
    severity: 'info',
    ocsf: { classUid: 6003, activityId: 4 },
    payload: z.strictObject({ cause: z.enum(['operator', 'expired', 'undo']) }),
  }),
  cspChanged: plain({
    type: 'csp.changed',
    summary: 'The content security policy of an application changed.',
    severity: 'medium',
    ocsf: { classUid: 6003, activityId: 3 },
    payload: z.strictObject({ mode: text, policy: z.string().max(8192).nullable() }),
  }),
  tokenCreated: plain({
    type: 'token.created',
    summary: 'An API token was issued.',
    severity: 'medium',
    ocsf: { classUid: 3004, activityId: 1 },
    payload: z.strictObject({
      token: text,
      account: text,
      permissions: z.array(text).max(64),
      /** It is good from so many prefixes only; 0 = from anywhere. */
      cidrs: count,
      expiresAt: count,
    }),
  }),
  tokenRevoked: plain({
    type: 'token.revoked',
    summary: 'An API token was revoked.',
    severity: 'medium',
    ocsf: { classUid: 3004, activityId: 4 },
    payload: z.strictObject({ token: text, account: text }),
  }),
  tokenRefused: plain({
    type: 'token.refused',
    summary: 'A call to the API came without a usable token or permission.',
    severity: 'medium',
    ocsf: { classUid: 3002, activityId: 1 },
    payload: z.strictObject({
      route: text,
      cause: z.enum(['missing', 'unknown', 'expired', 'revoked', 'disabled', 'address', 'permission']),
      /** Which token and account it was, where it was one of ours. */
      token: text.nullable(),
      account: text.nullable(),
      /** Refusals of this cause since the last recorded one that came too fast to record each. */
      unrecorded: count.default(0),
    }),
  }),
  certificateReplaced: plain({
    type: 'tls.certificate.replaced',
    summary: 'A listener swapped to a new certificate.',
    severity: 'info',
    ocsf: API,
    payload: z.strictObject({ names: z.array(text).max(100), source: text, notAfter: count }),
  }),
  certificateRefused: plain({
    type: 'tls.certificate.refused',
    summary: 'A new certificate cannot be used; the old one stays.',
    severity: 'high',
    ocsf: API,
    payload: z.strictObject({ source: text, cause: text }),
  }),
  certificateExpiring: plain({
    type: 'tls.certificate.expiring',
    summary: 'A certificate ends soon (30, 7 or 1 days).',
    severity: 'medium',
    ocsf: API,
    payload: z.strictObject({ names: z.array(text).max(100), notAfter: count, days: z.number().int() }),
  }),
  ledgerOpened: plain({
    type: 'ledger.opened',
    summary: 'The ledger was opened and, if needed, recovered.',
    severity: 'info',
    ocsf: LIFECYCLE,
    payload: z.strictObject({ size: count, cutBytes: count, checkpoint: count }),
  }),
  ledgerKeyRotated: plain({
    type: 'ledger.key.rotated',
    summary: 'The log signs with a new key from this size on.',
    severity: 'medium',
    ocsf: API,
    payload: z.strictObject({ verifierKey: text, previousKey: text, fromSize: count }),
  }),
  ledgerGap: plain({
    type: 'ledger.gap',
    summary: 'Events were lost before they could be recorded; how many and why.',
    severity: 'high',
    ocsf: LIFECYCLE,
    payload: z.strictObject({ lost: count, cause: text }),
  }),
  ledgerDamaged: plain({
    type: 'ledger.damaged',
    summary: 'The scrubber found a changed byte.',
    severity: 'critical',
    ocsf: LIFECYCLE,
    payload: z.strictObject({ place: text, index: z.number().int().nullable(), repaired: z.boolean() }),
  }),
  subjectErased: plain({
    type: 'subject.erased',
    summary: 'The key of a data subject was destroyed; its ciphertexts can no longer be read.',
    severity: 'medium',
    ocsf: API,
    payload: z.strictObject({ subject: text, basis: text }),
  }),
  actionRolledBack: plain({
    type: 'audit.action.rolled-back',
    summary: 'An action that was recorded could not be completed and was undone.',
    severity: 'medium',
    ocsf: API,
    payload: z.strictObject({ event: text }),
  }),
  auditExported: plain({
    type: 'audit.exported',
    summary: 'The ledger was exported.',
    severity: 'medium',
    ocsf: API,
    payload: z.strictObject({ size: count }),
  }),
  backupCreated: plain({
    type: 'backup.created',
    summary: 'A backup was written.',
    severity: 'info',
    ocsf: API,
    payload: z.strictObject({ bytes: count, ledgerSize: count }),
  }),
  backupRestored: plain({
    type: 'backup.restored',
    summary: 'A backup was restored into this data directory.',
    severity: 'high',
    ocsf: API,
    payload: z.strictObject({ createdAt: count, ledgerSize: count }),
  }),
  selfTestCompleted: plain({
    type: 'selftest.completed',
    summary: 'Harmless probes went through the gateway; what each should and did do.',
    severity: 'info',
    ocsf: { classUid: 6007, activityId: 2 },
    payload: z.strictObject({ probes: count, passed: count, mode: text }),
  }),
} as const;
