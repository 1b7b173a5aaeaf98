import { z } from 'zod';
import { LEASE_ENDS } from '../api/leases.ts';
import { defineEvent } from './define.ts';

const lease = z.string().max(256);
const name = z.string().max(63);
/** A name that Holdfast made up: it names no person. */
const subject = z.string().max(63);
const until = z.number().int();
const entity = (activityId: number) => ({ classUid: 3004, activityId });

/** What is lent for a while, and the database roles that it is made of. None of them carries a password. */
export const leaseEvents = {
  issued: defineEvent({
    type: 'lease.issued',
    version: 1,
    audited: 'always',
    summary: 'A database user was made for somebody, for a while.',
    severity: 'info',
    ocsf: entity(1),
    payload: z.strictObject({ lease, role: name, subject, purpose: z.string().max(64), expiresAt: until }),
    personal: { lease: 'none', role: 'none', subject: 'none', purpose: 'none', expiresAt: 'none' },
  }),
  renewed: defineEvent({
    type: 'lease.renewed',
    version: 1,
    audited: 'always',
    summary: 'A lease holds longer.',
    severity: 'info',
    ocsf: entity(3),
    payload: z.strictObject({ lease, subject, expiresAt: until }),
    personal: { lease: 'none', subject: 'none', expiresAt: 'none' },
  }),
  ended: defineEvent({
    type: 'lease.ended',
    version: 1,
    audited: 'always',
    summary: 'A lease is over and its database user is gone, with its sessions.',
    severity: 'info',
    ocsf: entity(4),
    payload: z.strictObject({ lease, subject, ending: z.enum(LEASE_ENDS) }),
    personal: { lease: 'none', subject: 'none', ending: 'none' },
  }),
  delayed: defineEvent({
    type: 'lease.delayed',
    version: 1,
    audited: 'always',
    summary:
      'A lease is over and its database user is still there: the database is away or refused. It is tried again until it is done.',
    severity: 'high',
    ocsf: entity(4),
    payload: z.strictObject({ lease, subject, ending: z.enum(LEASE_ENDS), trouble: z.string().max(200) }),
    personal: { lease: 'none', subject: 'none', ending: 'none', trouble: 'none' },
  }),
  sourceChanged: defineEvent({
    type: 'lease.source.changed',
    version: 1,
    audited: 'always',
    summary: 'A connection or a role that database users are made of was set or removed.',
    severity: 'medium',
    ocsf: entity(3),
    payload: z.strictObject({ kind: z.enum(['connection', 'role']), name, isRemoved: z.boolean() }),
    personal: { kind: 'none', name: 'none', isRemoved: 'none' },
  }),
} as const;
