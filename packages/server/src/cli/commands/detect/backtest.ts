import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Backtest } from '@holdfast/contract';
import type { Context, Input, Verb } from '../../command.ts';
import { UsageFault } from '../../fault.ts';
import type { Outcome } from '../../outcome.ts';
import { backtestText } from './words.ts';

export const backtest: Verb = {
  name: 'backtest',
  summary: 'what a rule would have found in the last days',
  about:
    'Judges what is stored, newest first, for at most some fifteen seconds, and says how far back it came. Plain allowed requests are stored only where `audit.requests` is `all`.',
  words: [{ name: '[rule]', help: 'id as the list shows it' }],
  options: [
    { flags: '--file <file>', help: 'a rule that is stored nowhere' },
    { flags: '--days <days>', help: 'how far back, at most 90; otherwise 7' },
  ],
  examples: [
    'holdfast detect rules backtest 6d1f6f0b-6f0a-4d63-9d0e-3a8d5c1f2b01',
    'holdfast detect rules backtest --file rule.yml --days 30',
  ],
  run: runBacktest,
};

async function runBacktest(context: Context, input: Input): Promise<Outcome> {
  const [rule] = input.words;
  const file = input.text('file');
  if ((rule === undefined) === (file === null))
    throw new UsageFault('Name a rule, or a file with --file.', 'holdfast detect rules backtest --help');
  const days = Number(input.text('days') ?? 7);
  if (!(days > 0 && days <= 90)) throw new UsageFault('--days is a number up to 90.', 'holdfast detect rules backtest --help');
  const what = file === null ? { rule } : { text: await readText(resolve(context.io.cwd, file)) };
  await using api = await context.api();
  const view = await api.call<Backtest>({ method: 'POST', path: '/api/v1/detection/backtest', body: { ...what, days } });
  return { data: view, text: () => backtestText(view) };
}

async function readText(file: string): Promise<string> {
  return readFile(file, 'utf8').catch(() => {
    throw new UsageFault('This file cannot be read.', 'holdfast detect rules backtest --help');
  });
}
