import { contextFor, RULE_GROUPS, withContext } from '@holdfast/inspect';
import type { CanonicalRequest, InspectOptions, Inspection, RuleGroup } from '@holdfast/inspect';
import type { Application } from '@holdfast/contract';
import type { Exchange } from '../exchange.ts';
import { CleanTexts } from './clean-texts.ts';
import { actionFor } from './weigh-findings.ts';

export interface GatewayInspectOptions {
  readonly groups: readonly RuleGroup[];
  readonly memory: CleanTexts;
}

// Which groups an application inspects changes with the snapshot only, and what was clean under them goes with it.
const optionsByApplication = new WeakMap<Application, GatewayInspectOptions>();

/** How requests to an application are inspected: the groups that are not switched off, and its memory. */
export function inspectOptions(application: Application): GatewayInspectOptions {
  const held = optionsByApplication.get(application);
  if (held !== undefined) return held;
  const made = {
    groups: RULE_GROUPS.filter((group) => actionFor(application, group) !== 'off'),
    memory: new CleanTexts(),
  };
  optionsByApplication.set(application, made);
  return made;
}

/** The same for one request: what an accepted schema knows of a field moves the confidence from which a finding blocks. */
export function optionsFor(exchange: Exchange, request: CanonicalRequest, application: Application): InspectOptions {
  const options = inspectOptions(application);
  const applied = exchange.snapshot.schemaFor(application.id);
  return applied?.kind === 'fragment' ? { ...options, contextOf: contextFor(applied.schema, request) } : options;
}

/** A large body was judged where it was read, where no schema is known: the same verdict with what the schema knows. */
export function inContext({ inspection, application, snapshot }: Exchange, request: CanonicalRequest): Inspection | null {
  const applied = application === null ? null : snapshot.schemaFor(application.id);
  const isKnown = inspection !== null && applied?.kind === 'fragment';
  return isKnown ? withContext(inspection, contextFor(applied.schema, request)) : inspection;
}
