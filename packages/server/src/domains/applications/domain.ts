import { applicationSchema, type Application, type ApplicationInput, type ModeChange, type RuleGroup } from '@holdfast/contract';
import { sortedJson } from './sorted-json.ts';

/** Bounded by the snapshot schema, which holds at most this many. */
export const APPLICATIONS_MAX = 1000;

export interface Fault {
  readonly pointer: string;
  readonly detail: string;
}

/**
 * Two applications must never answer for one Host: which of them protects a request would be an accident.
 * An application without hosts answers for every Host that no other one names, so there can be one of those.
 */
export function hostConflicts(candidate: Application, others: readonly Application[]): Fault[] {
  const faults: Fault[] = [];
  for (const other of others) {
    if (other.id === candidate.id) continue;
    if (candidate.hosts.length === 0 && other.hosts.length === 0) {
      faults.push({
        pointer: '/hosts',
        detail: `application ${other.id} already serves every host; name the hosts of one of them`,
      });
    }
    for (const [index, host] of candidate.hosts.entries()) {
      if (other.hosts.includes(host))
        faults.push({ pointer: `/hosts/${index}`, detail: `${host} belongs to application ${other.id}` });
    }
  }
  return faults;
}

export interface ModeStep {
  readonly group: RuleGroup | null;
  readonly from: string;
  readonly to: string;
}

/** What the change makes of the application; null when it says what is already so. */
export function changeMode(
  current: Application,
  change: ModeChange,
): { readonly next: Application; readonly step: ModeStep } | null {
  if ('mode' in change) {
    if (current.mode === change.mode) return null;
    return { next: { ...current, mode: change.mode }, step: { group: null, from: current.mode, to: change.mode } };
  }
  const from = current.rules[change.group] ?? 'inherit';
  if (from === change.action) return null;
  const { [change.group]: _removed, ...others } = current.rules;
  const rules = change.action === 'inherit' ? others : { ...others, [change.group]: change.action };
  return { next: { ...current, rules }, step: { group: change.group, from, to: change.action } };
}

/** Every mode step between two settings, so that a change made by a whole-document write is in the history too. */
export function modeSteps(before: Application, after: Application): ModeStep[] {
  const steps: ModeStep[] = before.mode === after.mode ? [] : [{ group: null, from: before.mode, to: after.mode }];
  const groups = new Set([...Object.keys(before.rules), ...Object.keys(after.rules)]);
  for (const name of groups) {
    // The schema lets only rule groups stand as keys of `rules`.
    const group = name as RuleGroup;
    const from = before.rules[group] ?? 'inherit';
    const to = after.rules[group] ?? 'inherit';
    if (from !== to) steps.push({ group, from, to });
  }
  return steps;
}

/** Names of the top-level settings that differ. Values are equal when they say the same, whatever the key order. */
export function changedFields(before: Application, after: Application): string[] {
  const old = new Map(Object.entries(before));
  return Object.entries(after)
    .filter(([field, value]) => sortedJson(value) !== sortedJson(old.get(field)))
    .map(([field]) => field);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function withoutDefaults(value: Record<string, unknown>, defaults: Record<string, unknown>): Record<string, unknown> {
  const kept: Record<string, unknown> = {};
  for (const [key, inner] of Object.entries(value)) {
    const standard = defaults[key];
    if (isRecord(inner) && isRecord(standard)) {
      const part = withoutDefaults(inner, standard);
      if (Object.keys(part).length > 0) kept[key] = part;
    } else if (sortedJson(inner) !== sortedJson(standard)) kept[key] = inner;
  }
  return kept;
}

/** The application as a person would write it in holdfast.yaml: what is standard is left out, so that an upgrade can improve it. */
export function toConfiguration(application: Application): Record<string, unknown> {
  const { id, name, upstream } = application;
  const standard = applicationSchema.parse({ id, name, upstream } satisfies ApplicationInput);
  // A promotion under way is a matter of hours, not of configuration.
  const { canary: _canary, ...lasting } = application;
  return { id, name, upstream, mode: application.mode, ...withoutDefaults(lasting, standard) };
}
