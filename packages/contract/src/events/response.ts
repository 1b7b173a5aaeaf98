import { z } from 'zod';
import { ACTION_STATES } from '../api/actions.ts';
import { INCIDENT_CAUSES } from '../api/incidents.ts';
import { RUN_STATES } from '../api/playbooks.ts';
import { ACTIONS, PHASES } from '../response.ts';
import { defineEvent, plainEvent } from './define.ts';
import { SEVERITIES } from './record.ts';

/** OCSF 2005: incident finding; 1 = create, 2 = update, 3 = close. */
const incidentFinding = (activityId: number) => ({ classUid: 2005, activityId });
/** OCSF 7001: remediation activity; 1 = isolate, 2 = evict, 3 = restore, 4 = harden, 99 = other. */
const remediation = (activityId: number) => ({ classUid: 7001, activityId });
/** OCSF 3004: entity management. */
const managed = (activityId: number) => ({ classUid: 3004, activityId });
/** OCSF 6002: application lifecycle. */
const LIFE = { classUid: 6002, activityId: 99 };

const id = z.string().max(26);
const count = z.number().int();
const text = (chars: number) => z.string().max(chars);

/** The life of incidents. What is written about people stands in the incident, sealed, not in its records. */
export const incidentEvents = {
  opened: plainEvent({
    type: 'incident.opened',
    summary: 'An incident begins.',
    severity: 'high',
    ocsf: incidentFinding(1),
    payload: z.strictObject({
      incident: id,
      number: count,
      cause: z.enum(INCIDENT_CAUSES),
      severity: z.enum(SEVERITIES),
      alerts: count,
    }),
  }),
  moved: plainEvent({
    type: 'incident.moved',
    summary: 'An incident came into another phase, was closed or opened again.',
    severity: 'medium',
    ocsf: incidentFinding(2),
    payload: z.strictObject({ incident: id, from: z.enum(PHASES), to: z.enum(PHASES), verdict: text(32).nullable() }),
  }),
  changed: plainEvent({
    type: 'incident.changed',
    summary: 'Something of an incident changed: its owner, severity, alerts, notes, files or tasks.',
    severity: 'info',
    ocsf: incidentFinding(2),
    payload: z.strictObject({
      incident: id,
      change: z.enum(['edited', 'linked', 'noted', 'file-added', 'task-added', 'task-done', 'aware', 'report-made']),
      /** What it is about: a note, file or task. */
      part: text(64).nullable(),
      /** SHA-256 of what was written or added, hex; null = nothing was. */
      sha256: text(64).nullable(),
    }),
  }),
} as const;

export const actionEvents = {
  asked: defineEvent({
    type: 'response.action-asked',
    version: 1,
    audited: 'always',
    summary: 'Somebody or a playbook asked for something to be done about an incident.',
    severity: 'medium',
    ocsf: remediation(99),
    payload: z.strictObject({
      action: id,
      name: z.enum(ACTIONS),
      incident: id.nullable(),
      run: id.nullable(),
      approvals: count,
      /** The parameters in canonical JSON. */
      parameters: text(4000),
    }),
    personal: { action: 'none', name: 'none', incident: 'none', run: 'none', approvals: 'none', parameters: 'content' },
  }),
  decided: plainEvent({
    type: 'response.action-decided',
    summary: 'Somebody agreed to an action or refused it, or nobody did in time.',
    severity: 'medium',
    ocsf: remediation(99),
    payload: z.strictObject({ action: id, name: z.enum(ACTIONS), decision: z.enum(['approved', 'refused', 'expired']) }),
  }),
  settled: defineEvent({
    type: 'response.action-settled',
    version: 1,
    audited: 'always',
    summary: 'An action took effect, was undone, ran out, was refused by a guard or failed.',
    severity: 'high',
    ocsf: remediation(99),
    payload: z.strictObject({
      action: id,
      name: z.enum(ACTIONS),
      incident: id.nullable(),
      state: z.enum(ACTION_STATES),
      detail: text(500),
    }),
    personal: { action: 'none', name: 'none', incident: 'none', state: 'none', detail: 'content' },
  }),
} as const;

export const isolationEvents = {
  isolated: plainEvent({
    type: 'isolation.began',
    summary: 'Gateways cut something off, or take only safe methods.',
    severity: 'high',
    ocsf: remediation(1),
    payload: z.strictObject({
      isolation: id,
      kind: z.enum(['application', 'route', 'read-only']),
      route: text(2048).nullable(),
      expiresAt: count.nullable(),
    }),
  }),
  released: plainEvent({
    type: 'isolation.ended',
    summary: 'What was cut off is served again.',
    severity: 'medium',
    ocsf: remediation(3),
    payload: z.strictObject({
      isolation: id,
      cause: z.enum(['released', 'forced', 'expired', 'undone']),
      /** Of the checks before it, by name and state. */
      checks: z.array(text(64)).max(8),
      refused: count,
    }),
  }),
} as const;

export const playbookEvents = {
  changed: plainEvent({
    type: 'playbook.changed',
    summary: 'A playbook was brought in, switched, set or removed.',
    severity: 'medium',
    ocsf: managed(3),
    payload: z.strictObject({
      playbook: text(128),
      change: z.enum(['added', 'replaced', 'on', 'off', 'triggers', 'removed', 'restored']),
      digest: text(64),
    }),
  }),
  started: plainEvent({
    type: 'playbook.started',
    summary: 'A playbook runs.',
    severity: 'medium',
    ocsf: LIFE,
    payload: z.strictObject({ run: id, playbook: text(128), digest: text(64), incident: id.nullable(), simulation: z.boolean() }),
  }),
  step: plainEvent({
    type: 'playbook.step',
    summary: 'A step of a playbook came to its end, or waits for somebody.',
    severity: 'info',
    ocsf: LIFE,
    payload: z.strictObject({
      run: id,
      step: text(128),
      round: count,
      state: z.enum(['waiting', 'answered', 'succeeded', 'failed', 'skipped', 'undone']),
      action: id.nullable(),
    }),
  }),
  ended: plainEvent({
    type: 'playbook.ended',
    summary: 'A playbook came to its end, failed or was stopped.',
    severity: 'medium',
    ocsf: LIFE,
    payload: z.strictObject({
      run: id,
      playbook: text(128),
      incident: id.nullable(),
      state: z.enum(RUN_STATES),
      simulation: z.boolean(),
    }),
  }),
} as const;

export const clockEvents = {
  started: plainEvent({
    type: 'clock.started',
    summary: 'A legal clock runs: personal data is concerned, and somebody knows.',
    severity: 'high',
    ocsf: incidentFinding(2),
    payload: z.strictObject({ clock: id, incident: id, rule: text(64), startedAt: count, dueAt: count.nullable() }),
  }),
  warned: plainEvent({
    type: 'clock.warned',
    summary: 'So much of the time of a legal clock is over, in percent.',
    severity: 'high',
    ocsf: incidentFinding(2),
    payload: z.strictObject({
      clock: id,
      incident: id,
      rule: text(64),
      /** 100 = it is over; 0 = the law names no hour, and this is the reminder of a day. */
      share: count,
      /** Shares that passed while nobody could tell of them. */
      passedOver: z.array(count).max(8),
      dueAt: count.nullable(),
    }),
  }),
  moved: plainEvent({
    type: 'clock.moved',
    summary: 'A legal clock counts from another time: the notice before it was filed.',
    severity: 'info',
    ocsf: incidentFinding(2),
    payload: z.strictObject({ clock: id, incident: id, rule: text(64), startedAt: count, dueAt: count.nullable() }),
  }),
  settled: plainEvent({
    type: 'clock.settled',
    summary: 'Somebody said that a notice was filed, is not needed, or was missed, and why.',
    severity: 'medium',
    ocsf: incidentFinding(2),
    payload: z.strictObject({ clock: id, incident: id, rule: text(64), state: z.enum(['met', 'missed', 'not-needed']) }),
  }),
  ruleChanged: plainEvent({
    type: 'clock.rule-changed',
    summary: 'A rule of legal clocks was added, set or removed.',
    severity: 'medium',
    ocsf: managed(3),
    payload: z.strictObject({ rule: text(64), change: z.enum(['added', 'changed', 'removed']) }),
  }),
} as const;

export const recoveryEvents = {
  scheduleChanged: plainEvent({
    type: 'recovery.schedule-changed',
    summary: 'When backups are made, where, and how often one is restored on trial.',
    severity: 'medium',
    ocsf: managed(3),
    payload: z.strictObject({
      everyHours: count.nullable(),
      keep: count,
      drillDays: count.nullable(),
      drillSeverity: z.enum(SEVERITIES).nullable(),
      recipients: count,
    }),
  }),
  backupVerified: plainEvent({
    type: 'recovery.backup-verified',
    summary: 'A backup was opened and its ledger verified, or it could not be.',
    severity: 'medium',
    ocsf: LIFE,
    payload: z.strictObject({ backup: id, ok: z.boolean(), ledgerSize: count, detail: text(300) }),
  }),
  backupFailed: plainEvent({
    type: 'recovery.backup-failed',
    summary: 'A backup that was due could not be made.',
    severity: 'high',
    ocsf: LIFE,
    payload: z.strictObject({ detail: text(300) }),
  }),
  drilled: plainEvent({
    type: 'recovery.drilled',
    summary: 'A backup was restored on trial, with the time that took and what would have been lost.',
    severity: 'medium',
    ocsf: LIFE,
    payload: z.strictObject({
      drill: id,
      backup: id.nullable(),
      ok: z.boolean(),
      tookMs: count,
      lostMs: count,
      lostRecords: count,
      /** What did not fit; empty = everything did. */
      detail: text(300),
    }),
  }),
} as const;
