import type { PatchInput, PatchTest, PatchView } from '@holdfast/contract';
import { change } from '../change.ts';
import { listAll, segment } from '../connection/client.ts';
import type { BranchBody, Context, Input, OptionDefinition, Verb } from '../command.ts';
import { UsageFault } from '../fault.ts';
import type { Outcome } from '../outcome.ts';
import { parseDays } from '../words/duration.ts';
import { matchText, patchTable, patchText, placeText, testText } from '../words/patch-text.ts';

const PATH = '/api/v1/patches';
const ID = { name: '<id>', help: 'as the list shows it' };
const ULID = '01J8Z3K4M5N6P7Q8R9S0T1V2W3';
const REASON = { flags: '--reason <text>', help: 'why; kept in the ledger' };
const HELP = 'holdfast patch add --help';
const at = (input: Input): string => `${PATH}/${segment(input.words[0] ?? '')}`;

const ADDING: readonly OptionDefinition[] = [
  { flags: '--app <id>', help: 'application' },
  { flags: '--method <name>', help: 'for example POST; left out: every method' },
  { flags: '--route <path>', help: 'canonical path; {} stands for one segment' },
  { flags: '--location <place>', help: 'query, form, json, multipart, cookie, header, path, …' },
  {
    flags: '--parameter <name>',
    help: 'a name, a JSON pointer (/items/{}/id), the number of a segment; left out: all of the place',
  },
  { flags: '--type <name>', help: 'the value must be one', choices: ['integer', 'number', 'uuid', 'date', 'boolean'] },
  { flags: '--choice <value...>', help: 'the value must be one of these' },
  { flags: '--length <max>', help: 'the value has at most so many characters' },
  { flags: '--characters <class>', help: 'the value has no other characters, for example [A-Za-z0-9 _-]' },
  { flags: '--pattern <text>', help: 'the value must be of this form, as in schemas: ^[A-Z]{2}[0-9]{1,8}$' },
  { flags: '--attack <class...>', help: 'no attack of these classes, for example sqli' },
  { flags: '--confidence <number>', help: 'from 0.3 to 0.95; with --attack (0.6)' },
  { flags: '--absent', help: 'the parameter must not be there' },
  { flags: '--deny', help: 'the route is closed' },
  { flags: '--finding <id>', help: 'finding of a scanner, or a CVE: its live patch is brought up to date' },
  { flags: '--for <time>', help: 'whole days, at most 180d (30d)' },
  REASON,
];

/** Verbs that change the state of one patch and say how to take it back. */
const stateful = (
  verb: { readonly name: string; readonly summary: string; readonly examples: readonly string[] },
  done: (view: PatchView) => string,
): Verb => ({
  ...verb,
  words: [ID],
  options: [REASON],
  run: (context, input) =>
    change<PatchView>(
      context,
      { method: 'POST', path: `${at(input)}/${verb.name}`, body: { reason: needed(input) } },
      (view) => ({
        data: view,
        text: done(view),
      }),
    ),
});

export const patch: BranchBody = {
  about:
    'A patch closes one hole at the gateway: one application, method, route, place and parameter. It records first, and always ends.',
  verbs: [
    {
      name: 'list',
      summary: 'show patches with their state and hits',
      options: [
        { flags: '--app <id>', help: 'of this application' },
        { flags: '--all', help: 'those that are over as well' },
      ],
      examples: ['holdfast patch list', 'holdfast patch list --app shop --all'],
      run: list,
    },
    { name: 'show', summary: 'show one patch', words: [ID], examples: [`holdfast patch show ${ULID}`], run: show },
    {
      name: 'add',
      summary: 'make a patch; it records only until it is enforced',
      options: ADDING,
      examples: [
        "holdfast patch add --app shop --method GET --route /api/products --location query --parameter category --attack sqli --reason 'CWE-89 in the list'",
        "holdfast patch add --app shop --route /admin/export --deny --for 7d --reason 'until 2.4.1' --finding CVE-2026-0001",
      ],
      run: add,
    },
    {
      name: 'test',
      summary: 'try a patch on recent honest requests',
      words: [ID],
      examples: [`holdfast patch test ${ULID}`],
      run: test,
    },
    {
      name: 'enforce',
      summary: 'refuse what a patch matches, in every mode of the application',
      words: [ID],
      options: [
        { flags: '--force', help: 'without a fresh test, or although it touches people who belong here; needs --reason' },
        REASON,
      ],
      examples: [`holdfast patch enforce ${ULID}`, `holdfast patch enforce ${ULID} --force --reason 'it is being used'`],
      run: enforce,
    },
    stateful(
      {
        name: 'record',
        summary: 'let a patch only record again',
        examples: [`holdfast patch record ${ULID} --reason 'stops the import'`],
      },
      ({ id }) => `${id} only records\nundo: holdfast patch enforce ${id}\n`,
    ),
    stateful(
      { name: 'remove', summary: 'end a patch', examples: [`holdfast patch remove ${ULID} --reason 'repaired in 2.4.1'`] },
      ({ id }) => `removed ${id}\nundo: holdfast patch restore ${id}\n`,
    ),
    {
      name: 'restore',
      summary: 'bring an ended patch back',
      words: [ID],
      options: [{ flags: '--for <time>', help: 'whole days; needed when it had run out of time' }, REASON],
      examples: [`holdfast patch restore ${ULID}`],
      run: restore,
    },
  ],
};

function needed(input: Input): string {
  const reason = input.text('reason');
  if (reason === null)
    throw new UsageFault('--reason is missing: a patch that ends may open a hole, so it says why.', 'holdfast patch --help');
  return reason;
}

async function list(context: Context, input: Input): Promise<Outcome> {
  await using api = await context.api();
  const application = input.text('app');
  const query = { state: input.isSet('all') ? 'all' : 'live', ...(application === null ? {} : { application }) };
  const patches = await listAll<PatchView>(api, { method: 'GET', path: PATH, query });
  return { data: { patches }, text: () => patchTable(patches) };
}

async function show(context: Context, input: Input): Promise<Outcome> {
  await using api = await context.api();
  const view = await api.call<PatchView>({ method: 'GET', path: at(input) });
  return { data: view, text: () => patchText(view) };
}

function numberOf(input: Input, name: string): number | undefined {
  const text = input.text(name);
  if (text === null) return undefined;
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new UsageFault(`--${name} must be a number.`, HELP);
  return value;
}

const given = <Value>(name: string, value: Value | null | undefined): Record<string, Value> =>
  value === null || value === undefined ? {} : { [name]: value };

/** Exactly one way of matching; the flags of a constraint belong together. */
function matchOf(input: Input): PatchInput['match'] {
  const choices = input.list('choice');
  const constraint = {
    ...given('type', input.text('type')),
    ...given('choices', choices.length === 0 ? null : [...choices]),
    ...given('lengthMax', numberOf(input, 'length')),
    ...given('characters', input.text('characters')),
    ...given('pattern', input.text('pattern')),
  };
  const groups = input.list('attack');
  const ways = [
    ...(Object.keys(constraint).length === 0 ? [] : [{ kind: 'constraint', ...constraint }]),
    ...(groups.length === 0 ? [] : [{ kind: 'attack', groups, ...given('confidence', numberOf(input, 'confidence')) }]),
    ...(input.isSet('absent') ? [{ kind: 'absent' }] : []),
    ...(input.isSet('deny') ? [{ kind: 'deny' }] : []),
  ];
  const [match] = ways;
  if (match === undefined || ways.length > 1)
    throw new UsageFault(
      'One of --attack, --absent, --deny, or flags of a constraint (--type, --choice, …) must be given.',
      HELP,
    );
  // Read by the API with its schema: classes and types are its words.
  return match as PatchInput['match'];
}

async function add(context: Context, input: Input): Promise<Outcome> {
  const [application, route, reason] = ['app', 'route', 'reason'].map((name) => {
    const text = input.text(name);
    if (text === null) throw new UsageFault(`--${name} is missing.`, HELP);
    return text;
  });
  const time = input.text('for');
  const body = {
    application,
    route,
    reason,
    method: input.text('method') ?? '*',
    ...given('location', input.text('location')),
    ...given('parameter', input.text('parameter')),
    ...given('finding', input.text('finding')),
    ...(time === null ? {} : { days: parseDays(time, '--for') }),
    match: matchOf(input),
  };
  return change<PatchView>(context, { method: 'POST', path: PATH, body }, (view) => ({
    data: view,
    text: `${view.id} ${view.state === 'enforce' ? 'refuses' : 'records'} ${placeText(view)}: ${matchText(view.match)}\nnext: holdfast patch test ${view.id}\nundo: holdfast patch remove ${view.id} --reason TEXT\n`,
  }));
}

function test(context: Context, input: Input): Promise<Outcome> {
  return change<PatchTest>(context, { method: 'POST', path: `${at(input)}/test` }, (result) => ({
    data: result,
    text: testText(input.words[0] ?? '', result),
  }));
}

function enforce(context: Context, input: Input): Promise<Outcome> {
  const body = { force: input.isSet('force'), ...given('reason', input.text('reason')) };
  return change<PatchView>(context, { method: 'POST', path: `${at(input)}/enforce`, body }, (view) => ({
    data: view,
    text: `${view.id} refuses ${placeText(view)}: ${matchText(view.match)}\nundo: holdfast patch record ${view.id} --reason TEXT\n`,
  }));
}

function restore(context: Context, input: Input): Promise<Outcome> {
  const time = input.text('for');
  const body = { ...(time === null ? {} : { days: parseDays(time, '--for') }), ...given('reason', input.text('reason')) };
  return change<PatchView>(context, { method: 'POST', path: `${at(input)}/restore`, body }, (view) => ({
    data: view,
    text: `${view.id} is back: ${view.state}\n`,
  }));
}
