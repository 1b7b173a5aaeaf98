import type { PlaybookDetail, PlaybookView, Trigger } from '@holdfast/contract';
import { resolve } from 'node:path';
import { change } from '../../change.ts';
import type { Context, Input, Verb } from '../../command.ts';
import { listAll, segment } from '../../connection/client.ts';
import { UsageFault } from '../../fault.ts';
import type { Outcome } from '../../outcome.ts';
import { writeFileAtomically } from '../../../platform/atomic-file.ts';
import { formatTable } from '../../terminal/table.ts';
import { check } from './check.ts';
import { readPlaybookFile } from './file.ts';
import { detailText, playbookColumns } from './words.ts';

const PATH = '/api/v1/playbooks';
const ID = 'playbook--6d461036-dcbd-552c-965e-dbd8dd3a53d6';
const WORD = { name: '<playbook>', help: 'its id, as the list shows it' };
const REASON = { flags: '--reason <text>', help: 'why; kept in the ledger' };
// As the contract names them, which is not loaded for a command.
const SEVERITIES = ['info', 'low', 'medium', 'high', 'critical'];

const at = (input: Input): string => `${PATH}/${segment(input.words[0] ?? '')}`;

function reasonOf(input: Input, verb: string): string {
  const reason = input.text('reason');
  if (reason === null) throw new UsageFault('Say why: --reason TEXT.', `holdfast playbook ${verb} --help`);
  return reason;
}

/** Documents of playbooks; what runs them stands beside. */
export const documentVerbs: readonly Verb[] = [
  check,
  {
    name: 'list',
    summary: 'show playbooks: which are on, and what starts them',
    examples: ['holdfast playbook list'],
    run: list,
  },
  {
    name: 'show',
    summary: 'show one playbook, step after step',
    words: [WORD],
    examples: [`holdfast playbook show ${ID}`],
    run: show,
  },
  {
    name: 'export',
    summary: 'write the document of a playbook into a file, or to stdout',
    words: [WORD],
    options: [{ flags: '--to <file>', help: 'left out: stdout' }],
    examples: [`holdfast playbook export ${ID} --to mine.json`],
    run: exportOne,
  },
  {
    name: 'add',
    summary: 'bring a playbook in, or replace the one of its id',
    about: 'A document with a fault is refused with the pointer of each. One that is new is on, and nothing starts it by itself.',
    words: [{ name: '<file>', help: 'a CACAO 2.0 document' }],
    examples: ['holdfast playbook add mine.json'],
    run: add,
  },
  { name: 'on', summary: 'let a playbook start', words: [WORD], options: [REASON], ...switching('on') },
  {
    name: 'off',
    summary: 'let a playbook not start, by itself or by hand',
    words: [WORD],
    options: [REASON],
    ...switching('off'),
  },
  {
    name: 'trigger',
    summary: 'set what starts a playbook by itself',
    about:
      'Sets all of it at once: incidents of a severity (of certain detectors with --detector), alerts of detectors, or a time. With --none nothing starts it.',
    words: [WORD],
    options: [
      { flags: '--incident <severity>', help: 'incidents of at least this severity', choices: SEVERITIES },
      { flags: '--alert <severity>', help: 'alerts of at least this severity; needs --detector', choices: SEVERITIES },
      { flags: '--detector <id...>', help: 'only what these rules or behaviours found' },
      { flags: '--app <id>', help: 'only incidents of this application' },
      { flags: '--cron <fields>', help: "five fields of cron in UTC, for example '0 6 * * 1'" },
      { flags: '--none', help: 'nothing' },
      REASON,
    ],
    examples: [
      `holdfast playbook trigger ${ID} --incident high --detector B1 B2 --reason 'ours to answer'`,
      `holdfast playbook trigger ${ID} --cron '0 6 * * 1' --reason 'a drill each week'`,
    ],
    run: trigger,
  },
  {
    name: 'remove',
    summary: 'remove a playbook; it can be restored',
    words: [WORD],
    examples: [`holdfast playbook remove ${ID}`],
    run: remove,
  },
  {
    name: 'restore',
    summary: 'bring a removed playbook back',
    words: [WORD],
    examples: [`holdfast playbook restore ${ID}`],
    run: (context, input) => told(context, { method: 'POST', path: `${at(input)}/restore` }, ({ name }) => `${name} is back\n`),
  },
];

function told(
  context: Context,
  call: { readonly method: 'PUT' | 'PATCH' | 'POST'; readonly path: string; readonly body?: object },
  text: (view: PlaybookDetail) => string,
): Promise<Outcome> {
  return change<PlaybookDetail>(context, call, (view) => ({ data: view, text: text(view) }));
}

function switching(to: 'on' | 'off'): Pick<Extract<Verb, { run: unknown }>, 'examples' | 'run'> {
  const back = to === 'on' ? 'off' : 'on';
  return {
    examples: [`holdfast playbook ${to} ${ID} --reason 'as we agreed'`],
    run: (context, input) => {
      const body = { isOn: to === 'on', reason: reasonOf(input, to) };
      const text = ({ id, name }: PlaybookDetail): string =>
        `${name} is ${to}\nundo: holdfast playbook ${back} ${id} --reason TEXT\n`;
      return told(context, { method: 'PATCH', path: at(input), body }, text);
    },
  };
}

async function list(context: Context): Promise<Outcome> {
  await using api = await context.api();
  const playbooks = await listAll<PlaybookView>(api, { method: 'GET', path: PATH });
  return { data: { playbooks }, text: () => formatTable(playbooks, playbookColumns, 'no playbook is here') };
}

async function show(context: Context, input: Input): Promise<Outcome> {
  await using api = await context.api();
  const view = await api.call<PlaybookDetail>({ method: 'GET', path: at(input) });
  return { data: view, text: () => detailText(view) };
}

async function exportOne(context: Context, input: Input): Promise<Outcome> {
  await using api = await context.api();
  const { document } = await api.call<PlaybookDetail>({ method: 'GET', path: at(input) });
  const text = `${JSON.stringify(document, null, 2)}\n`;
  const to = input.text('to');
  if (to === null) return { data: document, text };
  // It may hold credentials of agents.
  await writeFileAtomically(resolve(context.io.cwd, to), text, 0o600);
  return { data: { file: to }, text: `written to ${to}\nnext: holdfast playbook check ${to}\n` };
}

async function add(context: Context, input: Input): Promise<Outcome> {
  const file = input.words[0] ?? '';
  const { document } = await readPlaybookFile(context, file);
  const id = typeof document === 'object' && document !== null && 'id' in document ? document.id : undefined;
  if (typeof id !== 'string') throw new UsageFault(`${file} is no playbook: it has no id.`, `holdfast playbook check ${file}`);
  return told(
    context,
    { method: 'PUT', path: `${PATH}/${segment(id)}`, body: { document } },
    (view) =>
      `${view.name} is here: ${view.id}\nnext: holdfast playbook simulate ${view.id} --reason TEXT\nundo: holdfast playbook remove ${view.id}\n`,
  );
}

function trigger(context: Context, input: Input): Promise<Outcome> {
  const body = { triggers: triggersOf(input), reason: reasonOf(input, 'trigger') };
  const text = ({ name, triggers }: PlaybookDetail): string =>
    triggers.length === 0
      ? `nothing starts ${name} by itself\n`
      : `${name} is started by ${triggers.length === 1 ? 'this' : 'these'} alone\n`;
  return told(context, { method: 'PATCH', path: at(input), body }, text);
}

function triggersOf(input: Input): readonly Trigger[] {
  const [incident, alert, cron] = [input.text('incident'), input.text('alert'), input.text('cron')];
  const detectors = [...input.list('detector')];
  const application = input.text('app');
  // The severities are choices, and the API reads them with its schema.
  const triggers = [
    ...(incident === null ? [] : [{ kind: 'incident', severity: incident, detectors, application }]),
    ...(alert === null ? [] : [{ kind: 'alert', severity: alert, detectors }]),
    ...(cron === null ? [] : [{ kind: 'schedule', cron }]),
  ] as Trigger[];
  if ((triggers.length === 0) !== input.isSet('none'))
    throw new UsageFault('Say what starts it: --incident, --alert or --cron; or --none.', 'holdfast playbook trigger --help');
  return triggers;
}

function remove(context: Context, input: Input): Promise<Outcome> {
  const id = input.words[0] ?? '';
  return change(context, { method: 'DELETE', path: at(input) }, () => ({
    data: { removed: id },
    text: `removed\nundo: holdfast playbook restore ${id}\n`,
  }));
}
