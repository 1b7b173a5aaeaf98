import {
  controlEvents,
  type EnforcedPolicies,
  type Mode,
  type PolicyAccept,
  type PolicyDraft,
  type PolicyFault,
  type PolicyStatus,
  type PolicyUndo,
  type PolicyVersion,
} from '@holdfast/contract';
import type { Transaction } from '../../../platform/db/database.ts';
import type { Log } from '../../../platform/log.ts';
import { Refusal } from '../../../platform/refusal.ts';
import type { Applications } from '../../applications/index.ts';
import { readPolicies, type ReadySet } from '../cedar/read-policies.ts';
import { change, changeIn, nameOf, type Actor, type ChangeParts } from './change.ts';
import { createEnforced } from './enforced.ts';
import { createPolicyReads, isOwnSet, kindOf, type PolicyReads } from './policy-reads.ts';
import { replacePolicies } from './replace-policies.ts';
import { inForce, insertVersion, markWithdrawn, readDraft, readVersions, writeDraft } from './policy-store.ts';
import type { AccessTables } from './tables.ts';

export interface PolicySetsParts extends ChangeParts {
  readonly log: Log;
  readonly applications: Applications;
}

interface By<Input> {
  readonly input: Input;
  readonly actor: Actor;
}

/** Sets of access policies: one for each application that has any, one for Holdfast's own API, and one for secrets. */
export interface PolicySets extends PolicyReads {
  saveDraft(set: string, by: By<{ readonly text: string }>): Promise<PolicyDraft>;
  /** Puts a text, or the draft, in force. */
  accept(set: string, by: By<PolicyAccept>): Promise<PolicyVersion>;
  /** Undoes the last acceptance: what was in force before is again, or nothing. */
  rollBack(set: string, by: By<PolicyUndo>): Promise<PolicyStatus>;
  /** No policies at all afterwards. */
  withdraw(set: string, by: By<PolicyUndo>): Promise<PolicyStatus>;
  setMode(set: string, by: By<{ readonly accessMode: Mode; readonly reason?: string | undefined }>): Promise<PolicyStatus>;
  /** For gateways: of every application that has some. */
  enforced(): Promise<EnforcedPolicies[]>;
  /** Ready to decide with: what is in force, or null. */
  ready(set: string): Promise<Pick<ReadySet, 'policies' | 'digest'> | null>;
  /** The same of a text that is in force nowhere. Throws `policy-invalid`. */
  tried(set: string, text: string): ReadySet;
  /** Makes the sets of applications exactly these, as part of going back to an earlier policy state. */
  replaceIn(
    transaction: Transaction,
    wanted: readonly EnforcedPolicies[] | undefined,
    by: { actor: Actor; reason: string },
  ): Promise<void>;
}

const asField = ({ policy, line, column, detail }: PolicyFault) => ({
  pointer: '/text',
  detail: `line ${line}, column ${column}${policy === null ? '' : `, ${policy}`}: ${detail}`,
  line,
});

function readyOrRefuse(set: string, text: string): ReadySet {
  const reading = readPolicies(text, kindOf(set));
  if (reading.kind === 'faulty') throw new Refusal('policy-invalid', { errors: reading.faults.map(asField) });
  return reading.set;
}

export function createPolicySets(parts: PolicySetsParts): PolicySets {
  const { applications } = parts;
  const enforced = createEnforced(parts);
  const reads = createPolicyReads(parts);
  const modeOf = async (set: string): Promise<Mode> => reads.modeOf(set);
  const status = async (set: string): Promise<PolicyStatus> => reads.status(set);
  return {
    ...reads,
    async saveDraft(set, { input, actor }) {
      await modeOf(set);
      const { text, digest, policies } = readyOrRefuse(set, input.text);
      return change(parts, async ({ tx, now, events }) => {
        const draft = { text, digest, policies: policies.length, savedAt: now, savedBy: nameOf(actor) };
        await writeDraft(tx, set, draft);
        const payload = { set, digest, policies: policies.length };
        events.push(parts.bus.newEvent(controlEvents.policyDraftSaved, { actor, ...about(set), payload }));
        return draft;
      });
    },
    async accept(set, by) {
      await modeOf(set);
      return accept(parts, set, by);
    },
    async rollBack(set, by) {
      await modeOf(set);
      await undo(parts, set, { ...by, cause: 'rollback' });
      return status(set);
    },
    async withdraw(set, by) {
      await modeOf(set);
      await undo(parts, set, { ...by, cause: 'withdraw' });
      return status(set);
    },
    async setMode(set, { input, actor }) {
      if (isOwnSet(set))
        throw new Refusal('conflict', { errors: [{ pointer: '/accessMode', detail: 'this set always enforces' }] });
      const { accessMode, reason } = input;
      await applications.adjust(set, { actor, reason }, (current) => ({ ...current, accessMode }));
      return status(set);
    },
    enforced: async () => enforced.all(),
    ready: async (set) => enforced.of(set),
    tried: readyOrRefuse,
    async replaceIn(transaction, wanted = [], by) {
      await changeIn({ ...parts, transaction }, async (step) => replacePolicies(parts, step, { ...by, wanted }));
    },
  };
}

/** Of what an event is told: the set is an application, or no application at all. */
const about = (set: string) => ({ application: isOwnSet(set) ? null : set, target: set });

async function accept(parts: PolicySetsParts, set: string, { input, actor }: By<PolicyAccept>): Promise<PolicyVersion> {
  const given = input.text ?? (await readDraft(parts.db.kysely.withTables<AccessTables>(), set))?.text;
  if (given === undefined) throw new Refusal('policy-missing');
  const { text, digest, policies } = await readForAcceptance(parts, set, { text: given, actor });
  const reason = input.reason ?? null;
  return change(parts, async ({ tx, now, events }) => {
    const current = inForce(await readVersions(tx, set));
    if (input.basedOn !== undefined && input.basedOn !== (current?.version ?? 0)) throw new Refusal('precondition-failed');
    // The same again changes nothing, and nothing is recorded.
    if (current?.digest === digest) return current;
    const by = nameOf(actor);
    const made = await insertVersion(tx, { set, digest, text, policies: policies.length, at: now, by, reason });
    const payload = { set, version: made.version, digest, policies: policies.length };
    const fields = { actor, ...about(set), payload, ...(reason === null ? {} : { reason }) };
    events.push(parts.bus.newEvent(controlEvents.policyAccepted, fields));
    return made;
  });
}

/** What cannot be read is refused, and that somebody tried is recorded: places and words of the fault, not the text. */
async function readForAcceptance(
  { bus }: PolicySetsParts,
  set: string,
  { text, actor }: { readonly text: string; readonly actor: Actor },
): Promise<ReadySet> {
  const reading = readPolicies(text, kindOf(set));
  if (reading.kind === 'ready') return reading.set;
  const errors = reading.faults.map(asField);
  const payload = { set, faults: errors.slice(0, 16).map(({ detail }) => detail.slice(0, 512)) };
  await bus.record(bus.newEvent(controlEvents.policyRefused, { actor, ...about(set), outcome: 'refused', payload }));
  throw new Refusal('policy-invalid', { errors });
}

async function undo(
  parts: PolicySetsParts,
  set: string,
  { input, actor, cause }: By<PolicyUndo> & { readonly cause: 'withdraw' | 'rollback' },
): Promise<void> {
  await change(parts, async ({ tx, now, events }) => {
    const current = inForce(await readVersions(tx, set));
    if (current === null) throw new Refusal('policy-missing');
    const version = cause === 'withdraw' ? null : current.version;
    await markWithdrawn(tx, { set, version, at: now, by: nameOf(actor) });
    const back = inForce(await readVersions(tx, set))?.version ?? 0;
    const payload = { set, version: current.version, digest: current.digest, cause, back };
    const reason = input.reason === undefined ? {} : { reason: input.reason };
    events.push(parts.bus.newEvent(controlEvents.policyWithdrawn, { actor, ...about(set), payload, ...reason }));
  });
}
