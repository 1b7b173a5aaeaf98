import type { AlertDetail, SuppressionView } from '@holdfast/contract';
import { change } from '../../change.ts';
import { listAll, segment } from '../../connection/client.ts';
import type { Context, Input, Verb } from '../../command.ts';
import { UsageFault } from '../../fault.ts';
import type { Outcome } from '../../outcome.ts';
import { formatTable, formatTime } from '../../terminal/table.ts';
import { parseDuration } from '../../words/duration.ts';
import { suppressionColumns } from './words.ts';

const ALERTS = '/api/v1/alerts';
const PATH = `${ALERTS}/suppressions`;
const ULID = '01J8Z3K4M5N6P7Q8R9S0T1V2W3';
const DAY_SECONDS = 86_400;
const HELP = 'holdfast alert suppress --help';

export const suppress: Verb = {
  name: 'suppress',
  summary: 'do not tell of alerts like this one, or of a detector, for a while',
  about:
    'They are still found, counted and kept; nobody is told, and nothing is done about them. With an id: the same detector about the same one. A suppression always ends, after 90 days at most.',
  words: [{ name: '[id]', help: 'an alert' }],
  options: [
    { flags: '--detector <id>', help: 'rule or behaviour, for example B5' },
    { flags: '--about <entity>', help: 'kind and value, for example address=203.0.113.9' },
    { flags: '--app <id>', help: 'only in this application' },
    { flags: '--for <time>', help: 'for example 4h or 30d (7d)' },
    { flags: '--reason <text>', help: 'why; kept in the ledger' },
  ],
  examples: [
    `holdfast alert suppress ${ULID} --for 30d --reason 'the scanner of the audit'`,
    "holdfast alert suppress --detector B5 --about user=export --reason 'the nightly export'",
  ],
  run: suppressOne,
};

export const suppressions: Verb = {
  name: 'suppressions',
  summary: 'show what is not told for a while',
  examples: ['holdfast alert suppressions'],
  run: async (context) => {
    await using api = await context.api();
    const listed = await listAll<SuppressionView>(api, { method: 'GET', path: PATH });
    return { data: { suppressions: listed }, text: () => formatTable(listed, suppressionColumns, 'everything is told') };
  },
};

export const unsuppress: Verb = {
  name: 'unsuppress',
  summary: 'end a suppression: what comes next is told again',
  words: [{ name: '<id>', help: 'as `suppressions` shows it' }],
  examples: [`holdfast alert unsuppress ${ULID}`],
  run: (context, input) => {
    const id = input.words[0] ?? '';
    return change(context, { method: 'DELETE', path: `${PATH}/${segment(id)}` }, () => ({
      data: { unsuppressed: id },
      text: `over: ${id}\n`,
    }));
  },
};

async function suppressOne(context: Context, input: Input): Promise<Outcome> {
  const reason = input.text('reason');
  if (reason === null) throw new UsageFault('alert suppress needs --reason.', HELP);
  const about = await aboutWhat(context, input);
  const days = parseDuration(input.text('for') ?? '7d', '--for') / DAY_SECONDS;
  const application = input.text('app');
  const body = { ...about, application, days, reason };
  return change<SuppressionView>(context, { method: 'POST', path: PATH, body }, (view) => ({
    data: view,
    text: `not told until ${formatTime(view.expiresAt)}\nundo: holdfast alert unsuppress ${view.id}\n`,
  }));
}

/** Of an alert, or as it is named. */
async function aboutWhat(context: Context, input: Input) {
  const [id] = input.words;
  const detector = input.text('detector');
  const about = input.text('about');
  if ((id === undefined) === (detector === null && about === null))
    throw new UsageFault('Name an alert, or what with --detector or --about.', HELP);
  if (id === undefined) return { detector, entity: about === null ? null : entityOf(about) };
  await using api = await context.api();
  const alert = await api.call<AlertDetail>({ method: 'GET', path: `${ALERTS}/${segment(id)}` });
  return { detector: alert.detector, entity: alert.entity };
}

function entityOf(text: string) {
  const cut = text.indexOf('=');
  if (cut < 1 || cut === text.length - 1) throw new UsageFault('--about wants a kind and a value: address=203.0.113.9.', HELP);
  return { kind: text.slice(0, cut), value: text.slice(cut + 1) };
}
