import { RULE_GROUPS, type Simulation } from '@holdfast/contract';
import type { Context, Input, Verb } from '../command.ts';
import { parseDays } from '../words/duration.ts';
import { EXIT } from '../exit-codes.ts';
import { UsageFault } from '../fault.ts';
import type { Outcome } from '../outcome.ts';
import { cardsOf } from './tune-cards.ts';
import { describeSimulation } from './tune-text.ts';

const ACTIONS: readonly string[] = ['off', 'record', 'block'];

export const simulate: Verb = {
  name: 'simulate',
  summary: 'try other settings on what was seen, changing nothing',
  about: 'Exit code 1 when the settings would have touched established clients.',
  words: [{ name: '<app>', help: 'id of the application' }],
  options: [
    { flags: '--mode <mode>', help: 'monitor or enforce', choices: ['monitor', 'enforce'] },
    { flags: '--group <class=action...>', help: 'a class of attack and off, record or block, such as xss=block' },
    { flags: '--exception <card...>', help: 'cards as if they were excepted' },
    { flags: '--for <time>', help: 'how far back, whole days, at most 14d (7d)' },
  ],
  examples: ['holdfast tune simulate shop --mode enforce', 'holdfast tune simulate shop --group xss=block --exception 7Q2KXW3M'],
  run,
};

function readRules(pairs: readonly string[]): Record<string, string> {
  const rules = pairs.map((pair): [string, string] => {
    const [group = '', action = ''] = pair.split('=', 2);
    const isKnown = RULE_GROUPS.some((known) => known === group) && ACTIONS.includes(action);
    if (!isKnown)
      throw new UsageFault('--group wants a class and an action, such as xss=block.', 'holdfast tune simulate --help');
    return [group, action];
  });
  return Object.fromEntries(rules);
}

async function run(context: Context, input: Input): Promise<Outcome> {
  const mode = input.text('mode');
  const exceptions = input.list('exception');
  const time = input.text('for');
  const body = {
    application: input.words[0] ?? '',
    ...(mode === null ? {} : { mode }),
    rules: readRules(input.list('group')),
    exceptions: exceptions.length === 0 ? [] : cardsOf(exceptions),
    ...(time === null ? {} : { days: parseDays(time, '--for') }),
  };
  await using api = await context.api();
  const data = await api.call<Simulation>({ method: 'POST', path: '/api/v1/tuning/simulations', body });
  return { data, text: (paint) => describeSimulation(data, paint), exit: data.touchedClients > 0 ? EXIT.findings : EXIT.ok };
}
