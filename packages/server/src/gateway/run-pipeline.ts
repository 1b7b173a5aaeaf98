import type { StepVerdict } from '@holdfast/contract';
import type { Exchange, Refused, Step, StepResult } from './exchange.ts';
import { ON } from './exchange.ts';
import type { GatewayLog } from './log.ts';

/** What ends a request: the answer of a refusal, and the record that is written in every case. */
export interface PipelineEnd {
  readonly refuse: (exchange: Exchange, refused: Refused) => void;
  readonly record: (exchange: Exchange) => void;
  readonly log: GatewayLog;
}

const DETAIL_MAX = 200;
/** One object a step for a verdict that says no more: most requests pass most steps. Bounded: step names come from pipeline.ts only. */
function plainVerdicts(verdict: 'passed' | 'answered'): (step: string) => StepVerdict {
  const made = new Map<string, StepVerdict>();
  return (step) => {
    const held = made.get(step);
    if (held !== undefined) return held;
    const one: StepVerdict = { step, verdict, detail: '' };
    made.set(step, one);
    return one;
  };
}
const passedVerdict = plainVerdicts('passed');
const answeredVerdict = plainVerdicts('answered');

/**
 * Runs the steps in order until one answers or refuses. Stays synchronous while the steps do: a promise is made only where
 * a step has to wait (body, upstream). Returns a promise only then.
 */
export function runPipeline(steps: readonly Step[], exchange: Exchange, end: PipelineEnd): void | Promise<void> {
  return runFrom({ steps, exchange, end }, 0);
}

interface Run {
  readonly steps: readonly Step[];
  readonly exchange: Exchange;
  readonly end: PipelineEnd;
}

function runFrom(run: Run, start: number): void | Promise<void> {
  const { steps, exchange } = run;
  for (let index = start; index < steps.length; index += 1) {
    // In range by the loop condition.
    const step = steps[index]!;
    let result: StepResult | Promise<StepResult>;
    try {
      result = step.run(exchange);
    } catch (cause) {
      result = failed(run, step, cause);
    }
    if (result instanceof Promise) return waitFor(run, index, result);
    if (settle(run, step, result)) return undefined;
  }
  run.end.record(exchange);
  return undefined;
}

async function waitFor(run: Run, index: number, waiting: Promise<StepResult>): Promise<void> {
  const step = run.steps[index]!;
  let result: StepResult;
  try {
    result = await waiting;
  } catch (cause) {
    result = failed(run, step, cause);
  }
  if (!settle(run, step, result)) await runFrom(run, index + 1);
}

/** Writes the verdict down; true when the request has ended with it. */
function settle({ exchange, end }: Run, step: Step, result: StepResult): boolean {
  const { steps } = exchange.record;
  // A step that tells more has written its own verdict already.
  const isTold = steps.at(-1)?.step === step.name;
  if (result.kind === 'on') {
    if (!isTold) steps.push(passedVerdict(step.name));
    return false;
  }
  if (result.kind === 'refused') {
    steps.push({ step: step.name, verdict: 'refused', detail: result.reason.slice(0, DETAIL_MAX) });
    exchange.record.outcome = outcomeOf(result);
    exchange.record.reason = result.reason;
    end.refuse(exchange, result);
  } else if (!isTold) steps.push(answeredVerdict(step.name));
  end.record(exchange);
  return true;
}

function outcomeOf({ code }: Refused): 'blocked' | 'failed' | 'refused' {
  if (code === 'request-blocked') return 'blocked';
  return code === 'internal' || code.startsWith('upstream-') ? 'failed' : 'refused';
}

/** A step that throws follows its own `onFailure`; either way the failure is on record (STYLE.md: fail closed, and say so). */
function failed({ exchange, end }: Run, step: Step, cause: unknown): StepResult {
  end.log.error({ step: step.name, requestId: exchange.id, cause }, 'step failed');
  exchange.record.steps.push({ step: step.name, verdict: 'failed', detail: step.onFailure });
  if (step.onFailure === 'allow') return ON;
  return { kind: 'refused', code: 'internal', reason: `step-failed-${step.name}`, closeConnection: true };
}
