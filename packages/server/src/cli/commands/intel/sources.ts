import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { IntelSourceView } from '@holdfast/contract';
import { change, planned } from '../../change.ts';
import type { Context, Input, Verb } from '../../command.ts';
import type { Method } from '../../connection/client.ts';
import { EXIT } from '../../exit-codes.ts';
import { UsageFault } from '../../fault.ts';
import type { Outcome } from '../../outcome.ts';
import { formatTable } from '../../terminal/table.ts';
import { ACTIONS, findSource, KINDS, PATH, SOURCE, sourceColumns, sourceText } from './words.ts';

const IMPORT_BYTES_MAX = 1_000_000;
const FORMATS = ['list', 'csv', 'misp-feed', 'misp-warninglist', 'stix', 'taxii'];
const SETTINGS = [
  { flags: '--match <action>', help: 'what a match does', choices: ACTIONS },
  { flags: '--every <minutes>', help: 'how often it is read' },
  { flags: '--confidence <number>', help: 'how sure it is, 0 to 100, for entries that do not say' },
];

const number = (input: Input, name: string): number | undefined => {
  const text = input.text(name);
  if (text === null) return undefined;
  if (!/^\d{1,6}$/u.test(text)) throw new UsageFault(`--${name} is a whole number.`, 'holdfast intel --help');
  return Number(text);
};
const settings = (input: Input) => ({
  action: input.text('match') ?? undefined,
  everyMinutes: number(input, 'every'),
  confidence: number(input, 'confidence'),
});
const given = (fields: object): object => Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

/** By name or id: the API knows ids alone. */
async function onSource(
  context: Context,
  input: Input,
  call: { readonly method: Method; readonly rest: string; readonly body?: unknown },
): Promise<IntelSourceView> {
  await using api = await context.api();
  const { id } = await findSource(api, input.words[0] ?? '');
  const { method, rest, body } = call;
  return api.call<IntelSourceView>({ method, path: `${PATH}/sources/${id}${rest}`, ...(body === undefined ? {} : { body }) });
}

const seen = (view: IntelSourceView): Outcome => ({
  data: view,
  text: () => sourceText(view),
  exit: view.trouble === null ? EXIT.ok : EXIT.findings,
});

export const list: Verb = {
  name: 'list',
  summary: 'show all sources',
  examples: ['holdfast intel list'],
  async run(context) {
    await using api = await context.api();
    const { items } = await api.call<{ readonly items: readonly IntelSourceView[] }>({ method: 'GET', path: `${PATH}/sources` });
    return { data: { sources: items }, text: () => formatTable(items, sourceColumns, 'no source is read') };
  },
};

export const show: Verb = {
  name: 'show',
  summary: 'show one source, and which of its entries were refused and why',
  words: [SOURCE],
  examples: ['holdfast intel show feodo'],
  async run(context, input) {
    await using api = await context.api();
    const view = await findSource(api, input.words[0] ?? '');
    return { data: view, text: () => sourceText(view) };
  },
};

export const add: Verb = {
  name: 'add',
  summary: 'read a source from now on',
  about:
    'Over HTTPS, from a file, or over HTTP from an address of a private network that is written as such. Without --url entries come with `holdfast intel import`.',
  words: [{ name: '<name>', help: 'what it is called here' }],
  options: [
    { flags: '--url <url>', help: 'https://…, file:NAME below the data directory, or file:/PATH' },
    { flags: '--format <format>', help: 'how it is read; otherwise list', choices: FORMATS },
    { flags: '--kind <kind>', help: 'what its entries are; otherwise each by its looks', choices: KINDS },
    { flags: '--column <column>', help: 'of CSV: name or number of the column with the indicator' },
    { flags: '--collection <id>', help: 'of TAXII' },
    { flags: '--credential <reference>', help: 'env:INTEL_… or file:NAME below intel/ of the data directory' },
    { flags: '--digest <sha256>', help: 'the content must be this one' },
    { flags: '--days <days>', help: 'an entry that says no end is good so long after it came last' },
    ...SETTINGS,
  ],
  examples: [
    'holdfast intel add feodo --url https://feodotracker.abuse.ch/downloads/ipblocklist.txt --match score',
    'holdfast intel add resolvers --format misp-warninglist --url file:warninglists/public-dns-v4.json',
  ],
  run(context, input) {
    const text = (name: string): string | undefined => input.text(name) ?? undefined;
    const about = { kind: text('kind'), column: text('column'), collection: text('collection'), credential: text('credential') };
    const rest = { ...about, digest: text('digest'), days: number(input, 'days'), ...settings(input) };
    const body = { name: input.words[0], url: input.text('url'), format: text('format') ?? 'list', ...given(rest) };
    return change<IntelSourceView>(context, { method: 'POST', path: `${PATH}/sources`, body }, (view) => {
      const next = view.url === null ? `holdfast intel import ${view.name} FILE` : `holdfast intel update ${view.name}`;
      return { data: view, text: `added ${view.name}\nnext: ${next}\nundo: holdfast intel remove ${view.name}\n` };
    });
  },
};

export const set: Verb = {
  name: 'set',
  summary: 'switch a source, or change what a match does',
  words: [SOURCE],
  options: [{ flags: '--state <state>', help: 'read it and hold to it, or not', choices: ['on', 'off'] }, ...SETTINGS],
  examples: ['holdfast intel set feodo --match block', 'holdfast intel set feodo --state off'],
  async run(context, input) {
    const state = input.text('state');
    const body = given({ enabled: state === null ? undefined : state === 'on', ...settings(input) });
    if (Object.keys(body).length === 0)
      throw new UsageFault('Name --state, --match, --every or --confidence.', 'holdfast intel set --help');
    if (context.flags.dryRun) return planned({ method: 'PATCH', path: `${PATH}/sources/${input.words[0] ?? ''}`, body });
    return { data: await onSource(context, input, { method: 'PATCH', rest: '', body }), text: 'changed\n' };
  },
};

export const update: Verb = {
  name: 'update',
  summary: 'read a source now; exit 1 when that fails',
  words: [SOURCE],
  examples: ['holdfast intel update feodo'],
  async run(context, input) {
    if (context.flags.dryRun) return planned({ method: 'POST', path: `${PATH}/sources/${input.words[0] ?? ''}/refresh` });
    return seen(await onSource(context, input, { method: 'POST', rest: '/refresh' }));
  },
};

export const bring: Verb = {
  name: 'import',
  summary: 'replace the entries of a source that has no address',
  about: 'At most a megabyte; a larger file is a source of its own with --url file:/PATH.',
  words: [SOURCE, { name: '<file>', help: 'in the format of the source' }],
  examples: ['holdfast intel import partners list.txt'],
  async run(context, input) {
    const file = resolve(context.io.cwd, input.words[1] ?? '');
    const found = await stat(file).catch(() => null);
    if (found?.isFile() !== true || found.size > IMPORT_BYTES_MAX)
      throw new UsageFault(`This is no file of at most ${IMPORT_BYTES_MAX} bytes.`, 'holdfast intel add NAME --url file:/PATH');
    const text = await readFile(file, 'utf8');
    if (context.flags.dryRun) return planned({ method: 'POST', path: `${PATH}/sources/${input.words[0] ?? ''}/entries` });
    return seen(await onSource(context, input, { method: 'POST', rest: '/entries', body: { text } }));
  },
};

export const remove: Verb = {
  name: 'remove',
  summary: 'remove a source; none of its entries is in force any more',
  words: [SOURCE],
  examples: ['holdfast intel remove feodo'],
  async run(context, input) {
    const [word = ''] = input.words;
    if (context.flags.dryRun) return planned({ method: 'DELETE', path: `${PATH}/sources/${word}` });
    await onSource(context, input, { method: 'DELETE', rest: '' });
    return { data: { removed: word }, text: `removed ${word}\n` };
  },
};
