import type { BehaviourView } from '@holdfast/contract';
import { change } from '../../change.ts';
import { segment } from '../../connection/client.ts';
import type { Context, Input, Verb } from '../../command.ts';
import { UsageFault } from '../../fault.ts';
import type { Outcome } from '../../outcome.ts';
import { formatPairs, formatTable, formatTime } from '../../terminal/table.ts';
import { pair, REASON, STATES } from './words.ts';

const BEHAVIOUR = { name: '<behaviour>', help: 'B1 to B12' };
const PATH = '/api/v1/detection/behaviours';

export const behaviours: Verb = {
  name: 'behaviours',
  summary: 'what people and programs do that no rule describes',
  verbs: [
    {
      name: 'list',
      summary: 'show behaviours, their thresholds and what they follow now',
      examples: ['holdfast detect behaviours list'],
      run: list,
    },
    {
      name: 'show',
      summary: 'show one behaviour with all its thresholds',
      words: [BEHAVIOUR],
      examples: ['holdfast detect behaviours show B2'],
      run: show,
    },
    {
      name: 'set',
      summary: 'switch a behaviour, or set thresholds of it',
      words: [BEHAVIOUR],
      options: [
        { flags: '--state <state>', help: 'what it is from now on', choices: STATES },
        { flags: '--threshold <name=value...>', help: 'a number that decides; `show` has their names' },
        REASON,
      ],
      examples: [
        'holdfast detect behaviours set B3 --state test',
        "holdfast detect behaviours set B2 --threshold accounts=60 --reason 'a large office behind one address'",
      ],
      run: set,
    },
  ],
};

const columns = [
  { title: 'ID', value: (row: BehaviourView) => row.id },
  { title: 'STATE', value: stateText },
  { title: 'SEVERITY', value: (row: BehaviourView) => row.severity },
  { title: 'HITS', value: (row: BehaviourView) => String(row.hits) },
  { title: 'KEYS', value: (row: BehaviourView) => String(row.keys) },
  { title: 'TITLE', value: (row: BehaviourView) => row.title },
  {
    title: 'THRESHOLDS',
    value: (row: BehaviourView) =>
      row.thresholds
        .map(({ name, value, fallback }) => `${name}=${value}${value === fallback ? '' : ` (not ${fallback})`}`)
        .join(' ') || '-',
  },
];

function stateText({ state, learningUntil }: BehaviourView): string {
  return learningUntil === null ? state : `${state}, learns until ${formatTime(learningUntil).slice(0, 10)}`;
}

async function list(context: Context): Promise<Outcome> {
  await using api = await context.api();
  const { items } = await api.call<{ readonly items: readonly BehaviourView[] }>({ method: 'GET', path: PATH });
  return { data: { behaviours: items }, text: () => formatTable(items, columns, 'no behaviour is watched') };
}

async function show(context: Context, input: Input): Promise<Outcome> {
  await using api = await context.api();
  const { items } = await api.call<{ readonly items: readonly BehaviourView[] }>({ method: 'GET', path: PATH });
  const view = items.find(({ id }) => id === input.words[0]);
  if (view === undefined)
    throw new UsageFault(`There are ${items.map(({ id }) => id).join(', ')}.`, 'holdfast detect behaviours list');
  const text = (): string => {
    const pairs = formatPairs([
      ['id', view.id],
      ['title', view.title],
      ['fires', view.summary],
      ['state', stateText(view)],
      ['severity', view.severity],
      ['hits', `${view.hits}, last ${formatTime(view.lastHitAt)}`],
      ['follows', `${view.keys} keys; ${view.evicted} were let go of`],
    ]);
    const thresholds = formatTable(view.thresholds, [
      { title: 'THRESHOLD', value: ({ name }) => name },
      { title: 'IS', value: ({ value }) => String(value) },
      { title: 'DEFAULT', value: ({ fallback }) => String(fallback) },
      { title: 'UNIT', value: ({ unit }) => unit },
      { title: 'WHAT', value: ({ detail }) => detail },
    ]);
    return `${pairs}\n${thresholds}`;
  };
  return { data: view, text };
}

function set(context: Context, input: Input): Promise<Outcome> {
  const [state, reason] = [input.text('state'), input.text('reason')];
  const thresholds = input.list('threshold').map((word): [string, number] => {
    const [name, value] = pair(word, 'threshold', 'behaviours set');
    const number = Number(value);
    if (value.trim() === '' || !Number.isFinite(number))
      throw new UsageFault('A threshold is a number.', 'holdfast detect behaviours set --help');
    return [name, number];
  });
  if (state === null && thresholds.length === 0)
    throw new UsageFault('Name --state or --threshold.', 'holdfast detect behaviours set --help');
  const body = {
    ...(state === null ? {} : { state }),
    ...(thresholds.length === 0 ? {} : { thresholds: Object.fromEntries(thresholds) }),
    ...(reason === null ? {} : { reason }),
  };
  const path = `${PATH}/${segment(input.words[0] ?? '')}`;
  return change<BehaviourView>(context, { method: 'PUT', path, body }, (view) => ({
    data: view,
    text: formatTable([view], columns),
  }));
}
