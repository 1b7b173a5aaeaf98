import type { CanonicalRequest } from '@holdfast/inspect';
import type { RuleException, SchemaError } from '@holdfast/contract';
import type { SchemaViolation } from '../../domains/protection/index.ts';
import { refusesDoubt } from '../limits/canary.ts';
import { ON } from '../exchange.ts';
import type { Exchange, StepResult } from '../exchange.ts';
import { violationsOf } from './violations.ts';

const DETAIL_MAX = 200;
/** Violations that one record tells. */
const TOLD_MAX = 8;

/** `schema.pattern`: what an exception names, and what a record gives as its reason. */
const ruleOf = ({ reason }: SchemaViolation): string => `schema.${reason}`;

function isExcepted(violation: SchemaViolation, exceptions: readonly RuleException[], now: number): boolean {
  return exceptions.some(
    ({ rule, location, parameter, expiresAt }) =>
      rule === ruleOf(violation) && location === violation.location && parameter === violation.name && expiresAt > now,
  );
}

/**
 * Compares a request, or some fields of an upload, with the accepted schema: refused where schema and application enforce, recorded otherwise.
 * A schema never refuses in break-glass, and an exception takes one violation at one place out.
 */
export function weighSchema(exchange: Exchange, request: CanonicalRequest, now: number): StepResult {
  const { application, snapshot, head } = exchange;
  const schema = application === null ? null : snapshot.schemaFor(application.id);
  if (application === null || schema === null) return ON;
  const violations = violationsOf(exchange, schema, request);
  if (violations.length === 0) return ON;
  const exceptions = snapshot.exceptionsFor(application.id, head.method, head.path);
  const counting = violations.filter((violation) => !isExcepted(violation, exceptions, now));
  const [first] = counting;
  if (first === undefined) {
    tell(exchange, 'noted', 'every violation is excepted');
    return ON;
  }
  for (const violation of counting) tell(exchange, violation.action === 'refuse' ? 'violated' : 'noted', describe(violation));
  const refusing = counting.filter(({ action }) => action === 'refuse');
  if (refusing.length > 0 && schema.mode === 'enforce' && refusesDoubt(exchange)) return refused(refusing, ruleOf(first));
  // An attack that was recorded says more.
  if (exchange.record.outcome === 'allowed') {
    exchange.record.outcome = 'recorded';
    exchange.record.reason = ruleOf(first);
  }
  return ON;
}

/** A body of a kind that is not taken has an answer of its own (RFC 9110 §15.5.16). */
function refused(violations: readonly SchemaViolation[], reason: string): StepResult {
  const code = violations[0]?.reason === 'content' ? 'content-type-refused' : 'schema-mismatch';
  return { kind: 'refused', code, reason, errors: violations.map(toError) };
}

/** What the sender is told; where the schema says so is nobody's business but the operator's. */
const toError = ({ pointer, location, name, reason }: SchemaViolation): SchemaError => ({ pointer, location, name, reason });

/** Names and pointers only: what stood in the field is not repeated. The end of a pointer says more than its beginning. */
function describe({ reason, location, name, at }: SchemaViolation): string {
  const words = `${reason}: ${location} ${name} (`;
  const room = DETAIL_MAX - words.length - 1;
  return `${words}${at.length > room ? `…${at.slice(1 - room)}` : at})`;
}

function tell({ record }: Exchange, verdict: 'noted' | 'violated', detail: string): void {
  const told = record.steps.filter(({ step }) => step === 'schema');
  if (told.length >= TOLD_MAX || told.some((each) => each.verdict === verdict && each.detail === detail)) return;
  record.steps.push({ step: 'schema', verdict, detail });
}
