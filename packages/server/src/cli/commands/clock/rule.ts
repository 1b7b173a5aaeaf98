import type { ClockRule, ClockRuleInput } from '@holdfast/contract';
import { change } from '../../change.ts';
import type { Context, Input, Verb } from '../../command.ts';
import { listAll, segment } from '../../connection/client.ts';
import { UsageFault } from '../../fault.ts';
import type { Outcome } from '../../outcome.ts';
import { spanOf } from './words.ts';

export const RULES = '/api/v1/clock-rules';
const TO = ['authority', 'subjects', 'other'];
const ID = { name: '<rule>', help: 'as holdfast clock rules shows it' };

const at = (input: Input): string => `${RULES}/${segment(input.words[0] ?? '')}`;

const turn = (isOn: boolean): Verb => ({
  name: isOn ? 'on' : 'off',
  summary: isOn ? 'start it with the others' : 'start it only where it is named',
  words: [ID],
  examples: [`holdfast clock rule ${isOn ? 'on' : 'off'} nis2-early-warning`],
  run: async (context, input) => {
    const id = input.words[0] ?? '';
    const found = await read(context, id);
    const { isBuiltIn: _ours, ...rule } = found;
    return put(context, input, { ...rule, isOn });
  },
});

export const rule: Verb = {
  name: 'rule',
  summary: 'rules of your own, and which ones count here',
  verbs: [
    {
      name: 'add',
      summary: 'add a rule of your own, or change it',
      words: [{ name: '<rule>', help: 'a name for it: lower-case letters, digits, hyphens' }],
      options: [
        { flags: '--title <text>', help: 'what is to be done' },
        { flags: '--source <text>', help: 'where that is written' },
        { flags: '--hours <number>', help: 'within so many hours; neither hours nor months: without undue delay' },
        { flags: '--months <number>', help: 'within so many calendar months' },
        { flags: '--after <rule>', help: 'counted from when the notice of this rule was filed' },
        { flags: '--to <whom>', help: 'who is told (other)', choices: TO },
      ],
      examples: ["holdfast clock rule add customer-a --hours 4 --title 'Tell customer A' --source 'contract, 7.2'"],
      run: add,
    },
    turn(true),
    turn(false),
    {
      name: 'remove',
      summary: 'remove a rule of your own; clocks that run stay',
      words: [ID],
      examples: ['holdfast clock rule remove customer-a'],
      run: (context, input) =>
        change(context, { method: 'DELETE', path: at(input) }, () => ({
          data: { removed: input.words[0] },
          text: `removed ${input.words[0] ?? ''}\n`,
        })),
    },
  ],
};

async function read(context: Context, id: string): Promise<ClockRule> {
  await using api = await context.api();
  const rules = await listAll<ClockRule>(api, { method: 'GET', path: RULES });
  const found = rules.find((one) => one.id === id);
  if (found === undefined) throw new UsageFault(`There is no rule ${id}.`, 'holdfast clock rules');
  return found;
}

const put = (context: Context, input: Input, body: ClockRuleInput): Promise<Outcome> =>
  change<ClockRule>(context, { method: 'PUT', path: at(input), body }, (view) => ({
    data: view,
    text: `${view.id} is ${view.isOn ? 'on' : 'off'}: ${spanOf(view)}\n`,
  }));

function numberOf(input: Input, name: string): number | null {
  const text = input.text(name);
  if (text === null) return null;
  if (!/^\d{1,5}(?:\.\d{1,3})?$/u.test(text)) throw new UsageFault(`--${name} wants a number.`);
  return Number(text);
}

function add(context: Context, input: Input): Promise<Outcome> {
  const [title, source] = [input.text('title'), input.text('source')];
  if (title === null || source === null)
    throw new UsageFault('clock rule add needs --title and --source.', 'holdfast clock rule add --help');
  return put(context, input, {
    id: input.words[0] ?? '',
    title,
    source,
    hours: numberOf(input, 'hours'),
    months: numberOf(input, 'months'),
    after: input.text('after'),
    // One of the choices above, which the command line has checked.
    to: (input.text('to') ?? 'other') as ClockRuleInput['to'],
    isOn: true,
  });
}
