import type { ClockRule, ClockView, Notice, Page } from '@holdfast/contract';
import { change } from '../../change.ts';
import type { BranchBody, Context, Input } from '../../command.ts';
import { listAll, segment } from '../../connection/client.ts';
import { EXIT } from '../../exit-codes.ts';
import { UsageFault } from '../../fault.ts';
import type { Outcome } from '../../outcome.ts';
import { rule, RULES } from './rule.ts';
import { clocksText, isOverdue, parseTime, rulesText } from './words.ts';

const INCIDENT = { name: '<incident>', help: 'its number or id' };
const RULE = { name: '<rule>', help: 'as holdfast clock rules shows it' };
const REASON = { flags: '--reason <text>', help: 'why; kept in the ledger' };
const STATES = ['met', 'missed', 'not-needed'];

const of = (input: Input): string => `/api/v1/incidents/${segment(input.words[0] ?? '')}`;

function needed(input: Input, name: string): string {
  const text = input.text(name);
  if (text === null) throw new UsageFault(`--${name} is needed.`, 'holdfast clock --help');
  return text;
}

export const clock: BranchBody = {
  about:
    'Clocks of the law for incidents that concern personal data: what has to be filed by when, and drafts of it. Nothing is sent by itself, and nothing here is legal advice.',
  verbs: [
    {
      name: 'list',
      summary: 'show the clocks that run, the one that ends first first',
      options: [
        { flags: '--incident <incident>', help: 'those of one incident, also settled ones' },
        { flags: '--check', help: 'exit 1 when one is overdue' },
      ],
      examples: ['holdfast clock list', 'holdfast clock list --incident 7', 'holdfast clock list --check'],
      run: list,
    },
    { name: 'rules', summary: 'show what has to be filed within which time', examples: ['holdfast clock rules'], run: rules },
    rule,
    {
      name: 'start',
      summary: 'say since when somebody knew, and start the clocks',
      words: [INCIDENT],
      options: [
        { flags: '--aware <time>', help: 'a time with its zone, or how long ago (now)' },
        { flags: '--rule <rule...>', help: 'only these (all that are on)' },
        REASON,
      ],
      examples: [
        "holdfast clock start 7 --reason 'orders of others were read'",
        "holdfast clock start 7 --aware 2h --rule gdpr-33 --reason 'orders of others were read'",
      ],
      run: start,
    },
    {
      name: 'settle',
      summary: 'say that it was filed, is not needed or was missed',
      words: [INCIDENT, RULE],
      options: [
        { flags: '--state <state>', help: 'what became of it', choices: STATES },
        { flags: '--at <time>', help: 'when it was filed; needed with met' },
        REASON,
      ],
      examples: [
        "holdfast clock settle 7 gdpr-33 --state met --at 2h --reason 'filed on the form of the authority'",
        "holdfast clock settle 7 gdpr-34 --state not-needed --reason 'the data was encrypted'",
      ],
      run: settle,
    },
    {
      name: 'notice',
      summary: 'draft a notice as Markdown; a person completes and files it',
      words: [INCIDENT, RULE],
      examples: ['holdfast clock notice 7 gdpr-33', 'holdfast clock notice 7 gdpr-34 --json'],
      run: notice,
    },
  ],
};

async function list(context: Context, input: Input): Promise<Outcome> {
  await using api = await context.api();
  const incident = input.text('incident');
  const path = incident === null ? '/api/v1/clocks' : `/api/v1/incidents/${segment(incident)}/clocks`;
  const clocks = await listAll<ClockView>(api, { method: 'GET', path });
  const now = context.io.now();
  const overdue = clocks.filter((view) => isOverdue(view, now)).length;
  return {
    data: { clocks, overdue },
    text: () => clocksText(clocks, now),
    exit: input.isSet('check') && overdue > 0 ? EXIT.findings : EXIT.ok,
  };
}

async function rules(context: Context): Promise<Outcome> {
  await using api = await context.api();
  const found = await listAll<ClockRule>(api, { method: 'GET', path: RULES });
  return { data: { rules: found }, text: () => rulesText(found) };
}

function start(context: Context, input: Input): Promise<Outcome> {
  const now = context.io.now();
  const aware = input.text('aware');
  const named = input.list('rule');
  const body = {
    awareAt: aware === null ? now : parseTime(aware, '--aware', now),
    reason: needed(input, 'reason'),
    ...(named.length === 0 ? {} : { rules: named }),
  };
  return change<Page<ClockView>>(context, { method: 'POST', path: `${of(input)}/aware`, body }, ({ items }) => ({
    data: { clocks: items },
    text: () => clocksText(items, now),
  }));
}

function settle(context: Context, input: Input): Promise<Outcome> {
  const at = input.text('at');
  const body = {
    state: needed(input, 'state'),
    reason: needed(input, 'reason'),
    ...(at === null ? {} : { at: parseTime(at, '--at', context.io.now()) }),
  };
  const path = `${of(input)}/clocks/${segment(input.words[1] ?? '')}/settle`;
  return change<ClockView>(context, { method: 'POST', path, body }, (view) => ({
    data: view,
    text: `${view.rule} of this incident: ${view.state}\n`,
  }));
}

async function notice(context: Context, input: Input): Promise<Outcome> {
  await using api = await context.api();
  const path = `${of(input)}/notices/${segment(input.words[1] ?? '')}`;
  const view = await api.call<Notice>({ method: 'GET', path });
  return { data: view, text: view.markdown };
}
