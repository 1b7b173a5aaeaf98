import { blockConfidence } from '@holdfast/inspect';
import type { Finding, RuleGroup } from '@holdfast/inspect';
import type { Application, RuleAction, RuleException } from '@holdfast/contract';
import { ON } from '../exchange.ts';
import type { Exchange, StepResult } from '../exchange.ts';

const FINDINGS_RECORDED_MAX = 16;
const NAME_MAX = 256;
const WHY_MAX = 300;
const CHAIN_MAX = 8;

/** What a class of attack means for an application: its own setting, else what the mode says. */
export function actionFor(application: Application, group: RuleGroup): RuleAction {
  return application.rules[group] ?? (application.mode === 'enforce' ? 'block' : 'record');
}

/** A client on trial is refused what the promotion would refuse everybody; a class with an action of its own keeps that. */
function actionOn(exchange: Exchange, application: Application, group: RuleGroup): RuleAction {
  const { canary } = application;
  const isTried = canary?.group === null ? application.rules[group] === undefined : canary?.group === group;
  return exchange.mode === 'canary' && isTried ? 'block' : actionFor(application, group);
}

/** From a visitor whom threat intelligence knows, less is enough. */
function isEnough({ doubt }: Exchange, { confidence, group, context }: Finding): boolean {
  return doubt > 0 && confidence + doubt >= blockConfidence(group, context);
}

function exceptionFor(finding: Finding, exceptions: readonly RuleException[], now: number): string | null {
  for (const exception of exceptions) {
    const isSame =
      exception.rule === finding.rule && exception.location === finding.location && exception.parameter === finding.name;
    if (isSame && exception.expiresAt > now) return exception.id;
  }
  return null;
}

/** Records findings and decides what they mean: mode and action per rule group, exceptions, break-glass. */
export function weighFindings(
  exchange: Exchange,
  application: Application,
  found: { findings: readonly Finding[]; now: number },
): StepResult {
  const { head, record, snapshot } = exchange;
  const exceptions = snapshot.exceptionsFor(application.id, head.method, head.path);
  let blocking: string | null = null;
  let counting: string | null = null;
  for (const finding of found.findings) {
    const exception = exceptionFor(finding, exceptions, found.now);
    keep(exchange, finding, exception);
    if (exception !== null || !(finding.blocks || isEnough(exchange, finding))) continue;
    counting ??= finding.rule;
    if (actionOn(exchange, application, finding.group) === 'block') blocking ??= finding.rule;
  }
  if (blocking !== null && exchange.mode !== 'bypass') return { kind: 'refused', code: 'request-blocked', reason: blocking };
  if (counting === null) {
    tell(exchange, 'noted', 'findings below the threshold or excepted');
    return ON;
  }
  record.outcome = 'recorded';
  record.reason = counting;
  tell(exchange, 'recorded', counting);
  return ON;
}

/** Once each: the fields of an upload are weighed one by one as they pass, and there may be many. */
function tell({ record }: Exchange, verdict: 'noted' | 'recorded', detail: string): void {
  if (record.steps.some((told) => told.step === 'inspect' && told.verdict === verdict)) return;
  record.steps.push({ step: 'inspect', verdict, detail });
}

function keep({ record }: Exchange, finding: Finding, exception: string | null): void {
  if (record.findings.length >= FINDINGS_RECORDED_MAX) return;
  const { rule, group, confidence, location, sample, context, blocks } = finding;
  const cut = {
    name: finding.name.slice(0, NAME_MAX),
    chain: finding.chain.slice(0, CHAIN_MAX),
    why: finding.why.slice(0, WHY_MAX),
  };
  record.findings.push({ rule, group, confidence, location, sample, context, blocks, ...cut, exception });
}
