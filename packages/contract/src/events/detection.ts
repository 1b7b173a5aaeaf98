import { z } from 'zod';
import { ANSWERS, DETECTION_KINDS, ENTITY_KINDS } from '../detection.ts';
import { defineEvent, plainEvent } from './define.ts';

/** OCSF 2004: detection finding; 1 = create, 2 = update, 3 = close. */
const finding = (activityId: number) => ({ classUid: 2004, activityId });
/** OCSF 3004: entity management; 1 = create, 3 = update, 4 = delete. */
const managed = (activityId: number) => ({ classUid: 3004, activityId });
/** OCSF 6002: application lifecycle. */
const LIFE = { classUid: 6002, activityId: 99 };

const alert = z.string().max(26);
const detector = z.string().max(128);
const reason = z.string().max(500);
const by = z.string().max(128);

/** The life of alerts. Whoever an alert is about stands in it under the key of the subject. */
export const alertEvents = {
  opened: defineEvent({
    type: 'alert.opened',
    version: 1,
    audited: 'always',
    summary: 'The watch found something: an alert begins. It names the events behind it, each with its hash.',
    severity: 'high',
    ocsf: finding(1),
    payload: z.strictObject({
      alert,
      kind: z.enum(DETECTION_KINDS),
      detector,
      title: z.string().max(256),
      entityKind: z.enum(ENTITY_KINDS),
      entity: z.string().max(256),
      reason,
      events: z.number().int(),
      /** SHA-256 of each event as it was judged, by its id: events that are no records of their own are proved by it. */
      evidence: z.array(z.strictObject({ event: z.string().max(26), hash: z.string().max(64) })).max(100),
    }),
    personal: {
      alert: 'none',
      kind: 'none',
      detector: 'none',
      title: 'none',
      entityKind: 'none',
      entity: 'content',
      reason: 'content',
      events: 'none',
      evidence: 'none',
    },
  }),
  changed: plainEvent({
    type: 'alert.changed',
    summary: 'Somebody acknowledged, assigned, noted or opened an alert again.',
    severity: 'info',
    ocsf: finding(2),
    payload: z.strictObject({
      alert,
      change: z.enum(['acknowledged', 'assigned', 'noted', 'reopened']),
      assignee: by.nullable(),
    }),
  }),
  closed: plainEvent({
    type: 'alert.closed',
    summary: 'Somebody closed an alert with a verdict.',
    severity: 'info',
    ocsf: finding(3),
    payload: z.strictObject({ alert, verdict: z.string().max(32), reason }),
  }),
  answered: defineEvent({
    type: 'alert.answered',
    version: 1,
    audited: 'always',
    summary: 'Something was done at once because of an alert, would have been done, or was refused by a guard.',
    severity: 'high',
    ocsf: finding(2),
    payload: z.strictObject({
      alert,
      answer: z.enum(ANSWERS),
      entity: z.string().max(256),
      outcome: z.enum(['done', 'would', 'refused']),
      detail: z.string().max(300),
    }),
    personal: { alert: 'none', answer: 'none', entity: 'content', outcome: 'none', detail: 'content' },
  }),
  suppressionChanged: plainEvent({
    type: 'alert.suppression-changed',
    summary: 'Alerts of one kind are not told for a while, or are told again.',
    severity: 'medium',
    ocsf: managed(3),
    payload: z.strictObject({
      suppression: alert,
      change: z.enum(['added', 'removed', 'expired']),
      detector: detector.nullable(),
      entityKind: z.enum(ENTITY_KINDS).nullable(),
      reason,
    }),
  }),
} as const;

/** What the watch looks for, and whether it looks. */
export const detectionEvents = {
  rulesImported: plainEvent({
    type: 'detection.rules-imported',
    summary: 'Sigma rules were brought in.',
    severity: 'medium',
    ocsf: managed(1),
    payload: z.strictObject({
      added: z.number().int(),
      changed: z.number().int(),
      refused: z.number().int(),
      /** SHA-256 of the digests of all texts, sorted. */
      digest: z.string().max(64),
    }),
  }),
  ruleChanged: plainEvent({
    type: 'detection.rule-changed',
    summary: 'A rule or a behaviour was switched, set or removed.',
    severity: 'medium',
    ocsf: managed(3),
    payload: z.strictObject({
      rule: detector,
      change: z.enum(['on', 'test', 'off', 'removed', 'thresholds']),
      reason: reason.nullable(),
    }),
  }),
  bulkRouteChanged: plainEvent({
    type: 'detection.bulk-route-changed',
    summary: 'Much may be fetched of a route without an alert about volume, or no longer.',
    severity: 'medium',
    ocsf: managed(3),
    payload: z.strictObject({ route: z.string().max(512), change: z.enum(['added', 'removed']) }),
  }),
  rulesApplied: plainEvent({
    type: 'detection.rules-applied',
    summary: 'The watch matches with another set of rules from here on.',
    severity: 'info',
    ocsf: LIFE,
    payload: z.strictObject({ digest: z.string().max(64), rules: z.number().int(), tookMs: z.number() }),
  }),
  watchStopped: plainEvent({
    type: 'detection.watch-stopped',
    summary: 'Events are not judged: the watch does not answer, is too far behind, or a planted canary was not seen.',
    severity: 'critical',
    ocsf: LIFE,
    payload: z.strictObject({ cause: z.enum(['silent', 'behind', 'canary', 'failed']), detail: z.string().max(300) }),
  }),
  watchRecovered: plainEvent({
    type: 'detection.watch-recovered',
    summary: 'Events are judged again.',
    severity: 'medium',
    ocsf: LIFE,
    payload: z.strictObject({ afterMs: z.number().int(), missed: z.number().int() }),
  }),
  canaryPlanted: plainEvent({
    type: 'detection.canary',
    summary: 'An event that was planted to see whether the watch finds it. Nothing of it happened.',
    severity: 'info',
    ocsf: LIFE,
    audited: 'never',
    payload: z.strictObject({ canary: z.string().max(64), nonce: z.string().max(64) }),
  }),
} as const;

export const intelEvents = {
  sourceChanged: plainEvent({
    type: 'intel.source-changed',
    summary: 'A source of threat intelligence was added, set, switched or removed.',
    severity: 'medium',
    ocsf: managed(3),
    payload: z.strictObject({
      source: alert,
      name: z.string().max(128),
      change: z.enum(['added', 'changed', 'removed', 'restored']),
    }),
  }),
  refreshed: plainEvent({
    type: 'intel.refreshed',
    summary: 'A source brought other entries than before.',
    severity: 'info',
    ocsf: managed(3),
    payload: z.strictObject({
      source: alert,
      added: z.number().int(),
      removed: z.number().int(),
      refused: z.number().int(),
      entries: z.number().int(),
      digest: z.string().max(64),
    }),
  }),
  refreshFailed: plainEvent({
    type: 'intel.refresh-failed',
    summary: 'A source could not be read; what it brought before stays in force until it ends.',
    severity: 'medium',
    ocsf: managed(3),
    payload: z.strictObject({ source: alert, detail: z.string().max(300) }),
  }),
  entryRefused: plainEvent({
    type: 'intel.entry-refused',
    summary: 'An entry that would hit own, private or well-known good addresses was not taken.',
    severity: 'medium',
    ocsf: managed(3),
    payload: z.strictObject({ source: alert, value: z.string().max(256), why: z.string().max(200) }),
  }),
  indicatorChanged: plainEvent({
    type: 'intel.indicator-changed',
    summary: 'Somebody added or removed an indicator of our own.',
    severity: 'medium',
    ocsf: managed(3),
    payload: z.strictObject({
      indicator: z.string().max(64),
      change: z.enum(['added', 'removed']),
      kind: z.string().max(16),
      reason,
    }),
  }),
  canaryMet: plainEvent({
    type: 'intel.canary-met',
    summary: 'A gateway loaded a table of threat intelligence and met what was planted in it. Nobody asked for anything.',
    severity: 'info',
    ocsf: LIFE,
    audited: 'never',
    payload: z.strictObject({
      /** SHA-256 of the table, hex. */
      table: z.string().max(64),
      /** In the words in which the record of a request tells of something listed; empty = it was not met. */
      detail: z.string().max(128),
      /** Whoever names it would be refused. */
      isRefused: z.boolean(),
    }),
  }),
  tableRefused: plainEvent({
    type: 'intel.table-refused',
    summary: 'A gateway could not read a table of threat intelligence: the one before stays in force, and another is made.',
    severity: 'high',
    ocsf: LIFE,
    payload: z.strictObject({ table: z.string().max(64), detail: z.string().max(200) }),
  }),
  selfTested: plainEvent({
    type: 'intel.self-tested',
    summary: 'Somebody planted an indicator to see whether a gateway refuses it.',
    severity: 'info',
    ocsf: LIFE,
    payload: z.strictObject({ outcome: z.enum(['blocked', 'missed']), tookMs: z.number().int() }),
  }),
} as const;

export const channelEvents = {
  changed: plainEvent({
    type: 'channel.changed',
    summary: 'A place where alerts are told was added, set, switched or removed.',
    severity: 'medium',
    ocsf: managed(3),
    payload: z.strictObject({
      channel: alert,
      name: z.string().max(63),
      change: z.enum(['added', 'changed', 'removed', 'enabled', 'disabled']),
    }),
  }),
  failed: plainEvent({
    type: 'channel.failed',
    summary: 'Alerts cannot be told at a channel; they wait, and are tried again.',
    severity: 'high',
    ocsf: LIFE,
    payload: z.strictObject({ channel: alert, name: z.string().max(63), detail: z.string().max(300) }),
  }),
  recovered: plainEvent({
    type: 'channel.recovered',
    summary: 'A channel takes alerts again.',
    severity: 'info',
    ocsf: LIFE,
    payload: z.strictObject({ channel: alert, name: z.string().max(63), waited: z.number().int() }),
  }),
  dead: plainEvent({
    type: 'channel.dead-letter',
    summary: 'An alert could not be told at a channel after all its tries; it is kept, and can be sent again.',
    severity: 'high',
    ocsf: LIFE,
    payload: z.strictObject({ channel: alert, name: z.string().max(63), alert: alert.nullable(), detail: z.string().max(300) }),
  }),
  decided: plainEvent({
    type: 'channel.letter-decided',
    summary: 'Somebody had an alert sent again that could not be told, or gave it up.',
    severity: 'medium',
    ocsf: managed(3),
    payload: z.strictObject({
      channel: alert,
      name: z.string().max(63),
      alert: alert.nullable(),
      decision: z.enum(['resent', 'dropped']),
      reason: reason.nullable(),
    }),
  }),
} as const;
