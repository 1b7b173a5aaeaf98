import { applicationSchema, type Application } from '@holdfast/contract';
import { describe, expect, test } from 'vitest';
import { runErrorTest, type ErrorAnswer } from './error-test.ts';
import { CANARY } from './failing-upstream.ts';

const application = applicationSchema.parse({
  id: 'shop',
  name: 'Shop',
  hosts: ['shop.test'],
  upstream: 'http://127.0.0.1:1',
  login: { mode: 'required' },
});

/** Passes on what the upstream says, as a gateway that masks nothing; `change` is what one does that masks. */
async function run(change: (answer: ErrorAnswer) => ErrorAnswer | null) {
  const served: Application[] = [];
  const view = await runErrorTest({
    application,
    serve: async (probe) => {
      served.push(probe);
      return { [Symbol.asyncDispose]: async () => void served.pop() };
    },
    ask: async (_host, target, accept) => {
      const upstream = served.at(-1)?.upstream ?? '';
      try {
        const answer = await fetch(upstream + target, { headers: { accept } });
        const body = await answer.text();
        return change({
          status: answer.status,
          requestId: '0123456789AB',
          text: `${JSON.stringify([...answer.headers])}${body}`,
          body,
        });
      } catch {
        return null;
      }
    },
  });
  return { view, left: served.length };
}

const masked = (answer: ErrorAnswer): ErrorAnswer => {
  const isTold = answer.body.includes(CANARY);
  return { ...answer, text: isTold ? 'hidden' : answer.body, body: isTold ? 'hidden' : answer.body };
};

describe('the test of errors', () => {
  test('fails where the words of the application come through, and says where', async () => {
    const { view, left } = await run((answer) => answer);
    expect(view.passed).toBe(false);
    expect(view.probes.filter(({ actual }) => actual === 'internals told').map(({ name }) => name)).toContain(
      'trace-in-500, read as text/html',
    );
    expect(left).toBe(0);
  });

  test('passes where nothing comes through and what is honest arrives', async () => {
    const { view } = await run(masked);
    expect(view.probes.filter(({ passed }) => !passed)).toEqual([]);
    expect(view.probes.at(-1)).toMatchObject({ expected: 'unchanged', passed: true });
  });

  test('fails where the number is missing, and where an honest answer was changed', async () => {
    expect((await run((answer) => ({ ...masked(answer), requestId: null }))).view.passed).toBe(false);
    expect((await run((answer) => ({ ...masked(answer), body: 'hidden' }))).view.passed).toBe(false);
  });
});
