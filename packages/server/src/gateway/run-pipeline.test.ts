import { describe, expect, it } from 'vitest';
import type { Exchange, Refused, Step, StepResult } from './exchange.ts';
import { ANSWERED, ON } from './exchange.ts';
import { runPipeline } from './run-pipeline.ts';

const refusal: Refused = { kind: 'refused', code: 'request-blocked', reason: 'sqli.boolean' };
const step = (name: string, run: () => StepResult | Promise<StepResult>, onFailure: Step['onFailure'] = 'block'): Step => ({
  name,
  onFailure,
  run,
});

async function outcome(
  ...steps: Step[]
): Promise<{ verdicts: string[]; outcome: string; refused: string[]; records: number; waited: boolean }> {
  const refused: string[] = [];
  let records = 0;
  const record = { steps: [] as { step: string; verdict: string }[], outcome: 'allowed', reason: null };
  // The runner touches the record alone.
  const exchange = { id: 'X', record } as unknown as Exchange;
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const end = { refuse: (_: Exchange, { code }: Refused) => void refused.push(code), record: () => void (records += 1), log };
  const running = runPipeline(steps, exchange, end);
  await running;
  return {
    verdicts: record.steps.map((held) => `${held.step} ${held.verdict}`),
    outcome: record.outcome,
    refused,
    records,
    waited: running !== undefined,
  };
}

describe('pipeline runner', () => {
  it('stays synchronous while the steps do, and ends at the first answer', async () => {
    const got = await outcome(
      step('a', () => ON),
      step('b', () => ANSWERED),
      step('c', () => ON),
    );
    expect(got).toEqual({ verdicts: ['a passed', 'b answered'], outcome: 'allowed', refused: [], records: 1, waited: false });
  });

  it('ends at a refusal, sync or async, and records once', async () => {
    expect(
      await outcome(
        step('a', () => refusal),
        step('b', () => ON),
      ),
    ).toMatchObject({ outcome: 'blocked', refused: ['request-blocked'], records: 1 });
    expect(
      await outcome(
        step('a', () => Promise.resolve(ON)),
        step('b', async () => refusal),
      ),
    ).toMatchObject({
      verdicts: ['a passed', 'b refused'],
      outcome: 'blocked',
      records: 1,
      waited: true,
    });
  });

  it('follows onFailure of a step that throws: block fails closed, allow goes on', async () => {
    const broken = (): never => {
      throw new TypeError('broken');
    };
    expect(
      await outcome(
        step('a', broken),
        step('b', () => ANSWERED),
      ),
    ).toMatchObject({ refused: ['internal'], outcome: 'failed', records: 1 });
    expect(await outcome(step('a', () => Promise.reject(new TypeError('broken'))))).toMatchObject({
      refused: ['internal'],
      outcome: 'failed',
    });
    expect(
      await outcome(
        step('a', broken, 'allow'),
        step('b', () => ANSWERED),
      ),
    ).toMatchObject({ refused: [], verdicts: ['a failed', 'b answered'] });
  });
});
