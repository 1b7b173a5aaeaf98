import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { RuleExplained } from '@holdfast/contract';
import type { Context, Input, Verb } from '../../command.ts';
import { EXIT } from '../../exit-codes.ts';
import { UsageFault } from '../../fault.ts';
import type { Outcome } from '../../outcome.ts';
import { at, explainedText, RULE } from './words.ts';

const REQUEST = { flags: '--request <id>', help: 'a recorded request' };
const EVENT = { flags: '--event <file>', help: 'an event as `holdfast logs --json` prints it' };

export const explain: Verb = {
  name: 'explain',
  summary: 'why a rule matched a request, or did not: every item with its line',
  words: [RULE],
  options: [REQUEST, EVENT],
  examples: ['holdfast detect rules explain 6d1f6f0b-6f0a-4d63-9d0e-3a8d5c1f2b01 --request 7Q2KXW3M9ABC'],
  run: async (context, input) => {
    const view = await ask(context, input, 'explain');
    return { data: view, text: () => explainedText(view, { isWhole: true }) };
  },
};

export const test: Verb = {
  name: 'test',
  summary: 'ask a rule of one request or event; exit 1 when it does not match',
  words: [RULE],
  options: [REQUEST, EVENT],
  examples: ['holdfast detect rules test 6d1f6f0b-6f0a-4d63-9d0e-3a8d5c1f2b01 --event event.json'],
  run: async (context, input): Promise<Outcome> => {
    const view = await ask(context, input, 'test');
    return { data: view, text: () => explainedText(view, { isWhole: false }), exit: view.matches ? EXIT.ok : EXIT.findings };
  },
};

async function ask(context: Context, input: Input, verb: string): Promise<RuleExplained> {
  const [request, file] = [input.text('request'), input.text('event')];
  if ((request === null) === (file === null))
    throw new UsageFault('Name a request with --request, or a file with --event.', `holdfast detect rules ${verb} --help`);
  const event = file === null ? null : await readEvent(resolve(context.io.cwd, file));
  await using api = await context.api();
  if (request !== null) return api.call({ method: 'GET', path: at(input, '/explain'), query: { request } });
  return api.call({ method: 'POST', path: at(input, '/explain'), body: { event } });
}

async function readEvent(file: string): Promise<unknown> {
  const text = await readFile(file, 'utf8').catch(() => {
    throw new UsageFault('This file cannot be read.', 'one event as JSON');
  });
  try {
    return JSON.parse(text);
  } catch {
    throw new UsageFault('This file is no JSON.', 'one event as JSON');
  }
}
