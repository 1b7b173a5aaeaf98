import { checkRequest } from '@holdfast/inspect';
import type { CanonicalRequest, CompiledSchema, Violation } from '@holdfast/inspect';
import type { RuleException } from '@holdfast/contract';
import { refusesDoubt } from '../limits/canary.ts';
import { ON } from '../exchange.ts';
import type { Exchange, StepResult } from '../exchange.ts';

const DETAIL_MAX = 200;

/** `schema.pattern`: what an exception names, and what a record gives as its reason. */
const ruleOf = ({ reason }: Violation): string => `schema.${reason}`;

function isExcepted(violation: Violation, exceptions: readonly RuleException[], now: number): boolean {
  return exceptions.some(
    ({ rule, location, parameter, expiresAt }) =>
      rule === ruleOf(violation) && location === violation.location && parameter === violation.name && expiresAt > now,
  );
}

/**
 * Compares a request, or some fields of an upload, with the accepted schema: refused in enforce mode, recorded otherwise.
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
  const reason = ruleOf(first);
  tell(exchange, 'violated', describe(counting));
  if (refusesDoubt(exchange)) return { kind: 'refused', code: 'schema-mismatch', reason };
  // An attack that was recorded says more.
  if (exchange.record.outcome === 'allowed') {
    exchange.record.outcome = 'recorded';
    exchange.record.reason = reason;
  }
  return ON;
}

/** A body that streams is compared as it passes: here it is not there yet, and there only pieces of it are. */
function violationsOf({ body, canonical }: Exchange, schema: CompiledSchema, request: CanonicalRequest): readonly Violation[] {
  return checkRequest(schema, request, { isPart: body.kind === 'stream' || request !== canonical });
}

/** Names and pointers only: what stood in the field is not repeated. */
function describe(violations: readonly Violation[]): string {
  const words = violations.map(({ reason, location, name, pointer }) => `${reason}: ${location} ${name} (${pointer})`);
  return words.join('; ').slice(0, DETAIL_MAX);
}

function tell({ record }: Exchange, verdict: 'noted' | 'violated', detail: string): void {
  if (record.steps.some((told) => told.step === 'schema' && told.verdict === verdict)) return;
  record.steps.push({ step: 'schema', verdict, detail });
}
