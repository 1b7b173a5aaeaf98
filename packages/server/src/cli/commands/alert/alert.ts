import type { AlertDetail, AlertSummary, AlertView } from '@holdfast/contract';
import { change } from '../../change.ts';
import { listAll, segment } from '../../connection/client.ts';
import type { BranchBody, Context, Input, Verb } from '../../command.ts';
import { UsageFault } from '../../fault.ts';
import type { Outcome } from '../../outcome.ts';
import { formatTable } from '../../terminal/table.ts';
import { parseSince } from '../../words/duration.ts';
import { channel } from './channel.ts';
import { sources } from './sources.ts';
import { suppress, suppressions, unsuppress } from './suppress.ts';
import { alertColumns, detailText, summaryText } from './words.ts';

const PATH = '/api/v1/alerts';
const ULID = '01J8Z3K4M5N6P7Q8R9S0T1V2W3';
const ID = { name: '<id>', help: 'as the list shows it' };
const REASON = { flags: '--reason <text>', help: 'why; kept with the alert' };
// As the contract names them, which is not loaded for a command.
const STATES = ['open', 'new', 'acknowledged', 'suppressed', 'closed', 'all'];
const SEVERITIES = ['info', 'low', 'medium', 'high', 'critical'];
const KINDS = ['rule', 'behaviour', 'intel', 'health'];
const VERDICTS = ['true-positive', 'benign', 'false-positive', 'duplicate'];

const at = (input: Input): string => `${PATH}/${segment(input.words[0] ?? '')}`;
const given = (input: Input, name: string): Record<string, string> => {
  const text = input.text(name);
  return text === null ? {} : { [name]: text };
};

interface Step {
  readonly path: string;
  readonly body: object;
  readonly text: (view: AlertDetail) => string;
}

const send = (context: Context, input: Input, { path, body, text }: Step): Promise<Outcome> =>
  change<AlertDetail>(context, { method: 'POST', path: `${at(input)}/${path}`, body }, (view) => ({
    data: view,
    text: text(view),
  }));

const working: readonly Verb[] = [
  {
    name: 'ack',
    summary: 'say that you look into it',
    words: [ID],
    options: [REASON],
    examples: [`holdfast alert ack ${ULID}`],
    run: (context, input) =>
      send(context, input, {
        path: 'acknowledge',
        body: given(input, 'reason'),
        text: ({ id }) => `acknowledged\nnext: holdfast alert close ${id} --verdict VERDICT --reason TEXT\n`,
      }),
  },
  {
    name: 'assign',
    summary: 'name who works on it',
    words: [ID, { name: '[name]', help: 'a person; left out: nobody' }],
    examples: [`holdfast alert assign ${ULID} ada`, `holdfast alert assign ${ULID}`],
    run: (context, input) =>
      send(context, input, {
        path: 'assign',
        body: { assignee: input.words[1] ?? null },
        text: ({ assignee }) => `${assignee ?? 'nobody'} works on it\n`,
      }),
  },
  {
    name: 'note',
    summary: 'add a note to it',
    words: [ID, { name: '<text>', help: 'kept with the alert, encrypted' }],
    examples: [`holdfast alert note ${ULID} 'asked the hosting provider'`],
    run: (context, input) => send(context, input, { path: 'note', body: { text: input.words[1] ?? '' }, text: () => 'noted\n' }),
  },
  {
    name: 'close',
    summary: 'close it with a verdict',
    words: [ID],
    options: [{ flags: '--verdict <verdict>', help: 'what it was', choices: VERDICTS }, REASON],
    examples: [`holdfast alert close ${ULID} --verdict benign --reason 'our own scanner'`],
    run: close,
  },
  {
    name: 'reopen',
    summary: 'open a closed or suppressed one again',
    words: [ID],
    options: [REASON],
    examples: [`holdfast alert reopen ${ULID} --reason 'it went on'`],
    run: (context, input) =>
      send(context, input, { path: 'reopen', body: given(input, 'reason'), text: () => 'it is new again\n' }),
  },
];

export const alert: BranchBody = {
  about: 'What the watch found. Alike findings about the same one are one alert; alerts that share somebody are one group.',
  verbs: [
    {
      name: 'list',
      summary: 'show open alerts, newest first',
      options: [
        { flags: '--state <state>', help: 'others than open ones', choices: STATES },
        { flags: '--severity <severity>', help: 'only of this severity', choices: SEVERITIES },
        { flags: '--kind <kind>', help: 'only what this found', choices: KINDS },
        { flags: '--detector <id>', help: 'only of this rule or behaviour' },
        { flags: '--app <id>', help: 'only in this application' },
        { flags: '--about <value>', help: 'only about this address, person, session, …' },
        { flags: '--group <id>', help: 'only of this group' },
        { flags: '--since <time>', help: 'only those that began since, for example 2h' },
      ],
      examples: [
        'holdfast alert list',
        'holdfast alert list --about 203.0.113.9 --state all',
        'holdfast alert list --severity high',
      ],
      run: list,
    },
    {
      name: 'show',
      summary: 'show one alert, the events behind it and how each is proved',
      words: [ID],
      examples: [`holdfast alert show ${ULID}`],
      run: show,
    },
    {
      name: 'summary',
      summary: 'how many are open, and who has gathered most risk',
      examples: ['holdfast alert summary'],
      run: summary,
    },
    sources,
    ...working,
    suppress,
    suppressions,
    unsuppress,
    channel,
  ],
};

async function list(context: Context, input: Input): Promise<Outcome> {
  await using api = await context.api();
  const since = input.text('since');
  const query = {
    state: input.text('state') ?? undefined,
    severity: input.text('severity') ?? undefined,
    kind: input.text('kind') ?? undefined,
    detector: input.text('detector') ?? undefined,
    application: input.text('app') ?? undefined,
    entity: input.text('about') ?? undefined,
    group: input.text('group') ?? undefined,
    since: since === null ? undefined : parseSince(since, context.io.now()),
  };
  const alerts = await listAll<AlertView>(api, { method: 'GET', path: PATH, query });
  return { data: { alerts }, text: () => formatTable(alerts, alertColumns, 'no alert fits') };
}

async function show(context: Context, input: Input): Promise<Outcome> {
  await using api = await context.api();
  const view = await api.call<AlertDetail>({ method: 'GET', path: at(input) });
  return { data: view, text: () => detailText(view) };
}

async function summary(context: Context): Promise<Outcome> {
  await using api = await context.api();
  const view = await api.call<AlertSummary>({ method: 'GET', path: `${PATH}/summary` });
  return { data: view, text: () => summaryText(view) };
}

function close(context: Context, input: Input): Promise<Outcome> {
  const [verdict, reason] = [input.text('verdict'), input.text('reason')];
  if (verdict === null || reason === null)
    throw new UsageFault('alert close needs --verdict and --reason.', 'holdfast alert close --help');
  return send(context, input, {
    path: 'close',
    body: { verdict, reason },
    text: ({ id }) => `closed: ${verdict}\nundo: holdfast alert reopen ${id}\n`,
  });
}
