import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import {
  SCHEMA_TEXT_CHARS_MAX,
  type SchemaCheck,
  type SchemaCoverage,
  type SchemaImported,
  type SchemaProposal,
  type SchemaShares,
  type SchemaStatus,
  type SchemaVersion,
  type SchemaVersionView,
} from '@holdfast/contract';
import { planned } from '../change.ts';
import { segment, type ApiClient } from '../connection/client.ts';
import type { BranchBody, Context, Input } from '../command.ts';
import { NotConfirmed, UsageFault } from '../fault.ts';
import type { Outcome } from '../outcome.ts';
import { describeCoverage, describeImport, describeShares } from './schema-coverage-text.ts';
import { describeDifference, describeRoutes, describeStatus } from './schema-text.ts';

const APP = { name: '<app>', help: 'id of the application' } as const;
const FILE = { flags: '--file <file>', help: 'an OpenAPI fragment as YAML or JSON, instead of the proposal' } as const;
const REASON = { flags: '--reason <text>', help: 'why; kept in the ledger' } as const;
const FILE_BYTES_MAX = 1_048_576;

export const schema: BranchBody = {
  about:
    'Requests that hold no attack can still be tampered with. A schema says which parameters each route takes and of which form.',
  verbs: [
    {
      name: 'status',
      summary: 'how much was learned, and which schema is in force',
      words: [APP],
      examples: ['holdfast schema status shop'],
      run: status,
    },
    {
      name: 'propose',
      summary: 'an OpenAPI fragment made of what was learned',
      about: 'Nothing is in force by it. With --out it is written to a file, where you can change it before you accept it.',
      words: [APP],
      options: [{ flags: '--out <file>', help: 'write it there; the file must not exist' }],
      examples: ['holdfast schema propose shop', 'holdfast schema propose shop --out shop.yaml'],
      run: propose,
    },
    {
      name: 'show',
      summary: 'an accepted schema',
      words: [APP],
      options: [{ flags: '--version <number>', help: 'an earlier version; default: the one in force' }],
      examples: ['holdfast schema show shop', 'holdfast schema show shop --version 3'],
      run: show,
    },
    {
      name: 'accept',
      summary: 'put the proposal, or a file, in force',
      about:
        'Shows what changes and asks. Requests of another form are then recorded in monitor mode and refused in enforce mode.',
      words: [APP],
      options: [FILE, REASON],
      examples: ['holdfast schema accept shop --dry-run', 'holdfast schema accept shop --file shop.yaml --yes'],
      run: accept,
    },
    {
      name: 'import',
      summary: 'put a whole OpenAPI document in force',
      about:
        'Reads OpenAPI 3.0 or 3.1, tells what cannot be enforced and which recent requests it does not list, shows what changes and asks.',
      words: [{ name: '<file>', help: 'the document, YAML or JSON' }],
      options: [
        { flags: '--app <app>', help: 'id of the application' },
        { flags: '--server <path>', help: 'path under which its paths stand; default: what its servers say' },
        { flags: '--unknown <policy>', help: 'names that it does not list: refuse, record or pass' },
        { flags: '--routes <policy>', help: 'paths that it does not list: refuse, record or pass' },
        { flags: '--mode <mode>', help: 'monitor: only record what does not fit; default: enforce' },
        { flags: '--partly', help: 'leave out what cannot be checked, instead of refusing the document' },
        REASON,
      ],
      examples: [
        'holdfast schema import openapi.yaml --app shop --dry-run',
        'holdfast schema import openapi.yaml --app shop --mode monitor --yes',
      ],
      run: importDocument,
    },
    {
      name: 'mode',
      summary: 'whether the schema in force refuses or only records',
      about: 'What does not fit is refused where the schema and its application enforce; otherwise it is recorded and passed on.',
      words: [APP, { name: '<mode>', help: 'monitor or enforce' }],
      options: [REASON],
      examples: ['holdfast schema mode shop enforce --reason "a week without a misfit"', 'holdfast schema mode shop monitor'],
      run: mode,
    },
    {
      name: 'restore',
      summary: 'put an earlier version in force again',
      about: 'It becomes the newest version; undo with withdraw.',
      words: [APP, { name: '<version>', help: 'its number' }],
      options: [{ flags: '--mode <mode>', help: 'monitor: only record what does not fit; default: enforce' }, REASON],
      examples: ['holdfast schema restore shop 3', 'holdfast schema restore shop 3 --mode monitor --yes'],
      run: restore,
    },
    {
      name: 'coverage',
      summary: 'how much of the traffic is under a schema, and what did not fit it',
      about: 'Without an application: the share of each of them.',
      words: [{ name: '[app]', help: 'id of the application' }],
      examples: ['holdfast schema coverage', 'holdfast schema coverage shop'],
      run: coverage,
    },
    {
      name: 'withdraw',
      summary: 'undo: the schema before it is in force again',
      words: [APP],
      options: [{ flags: '--all', help: 'no schema at all afterwards' }, REASON],
      examples: ['holdfast schema withdraw shop', 'holdfast schema withdraw shop --all --yes'],
      run: withdraw,
    },
    {
      name: 'check',
      summary: 'faults of a schema, and learned routes that it does not list',
      about: 'Checks the schema in force, or a file. Exit code 1 when it has faults. Changes nothing.',
      words: [APP],
      options: [FILE],
      examples: ['holdfast schema check shop', 'holdfast schema check shop --file shop.yaml'],
      run: check,
    },
  ],
};

const pathOf = (input: Input): string => `/api/v1/applications/${segment(input.words[0] ?? '')}/schema`;

async function status(context: Context, input: Input): Promise<Outcome> {
  await using api = await context.api();
  const data = await api.call<SchemaStatus>({ method: 'GET', path: pathOf(input) });
  return { data, text: describeStatus(data) };
}

async function propose(context: Context, input: Input): Promise<Outcome> {
  await using api = await context.api();
  const data = await api.call<SchemaProposal>({ method: 'GET', path: `${pathOf(input)}/proposal` });
  const text = await toYaml(data.fragment);
  const out = input.text('out');
  if (out === null) return { data, text };
  if (context.flags.dryRun) return { data: { dryRun: true, file: out }, text: `would write ${out}\n` };
  const app = input.words[0] ?? '';
  await writeNew(resolve(context.io.cwd, out), out.endsWith('.json') ? `${JSON.stringify(data.fragment, null, 2)}\n` : text);
  return { data: { file: out, digest: data.digest }, text: `wrote ${out}\nnext: holdfast schema accept ${app} --file ${out}\n` };
}

async function writeNew(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text, { flag: 'wx' });
  } catch (cause) {
    const isThere = cause instanceof Error && 'code' in cause && cause.code === 'EEXIST';
    throw new UsageFault(
      isThere ? 'This file exists already.' : 'This file cannot be written.',
      'holdfast schema propose --help',
    );
  }
}

async function show(context: Context, input: Input): Promise<Outcome> {
  const version = input.text('version') ?? 'current';
  if (version !== 'current' && !/^[1-9]\d{0,8}$/u.test(version))
    throw new UsageFault('The version is a number.', `holdfast schema status ${input.words[0] ?? ''}`);
  await using api = await context.api();
  const data = await api.call<SchemaVersionView>({ method: 'GET', path: `${pathOf(input)}/versions/${version}` });
  return { data, text: await toYaml(data.fragment) };
}

async function accept(context: Context, input: Input): Promise<Outcome> {
  await using api = await context.api();
  const fragment = (await readFragment(context, input)) ?? (await proposed(api, input));
  const reason = input.text('reason');
  const call = { method: 'POST', path: pathOf(input), body: { fragment, ...(reason === null ? {} : { reason }) } } as const;
  const difference = describeDifference(await current(api, input), fragment);
  if (context.flags.dryRun) {
    const outcome = planned(call);
    return { ...outcome, text: `${difference}would send ${call.method} ${call.path}\n` };
  }
  context.output.note(difference);
  if (!(await context.confirm('Put this schema in force?'))) throw new NotConfirmed('What is in force is as it was.');
  const data = await api.call<SchemaVersion>(call);
  const app = input.words[0] ?? '';
  return {
    data,
    text: `${app}: schema version ${data.version} is in force, ${data.operations} operations\nundo: holdfast schema withdraw ${app}\n`,
  };
}

async function importDocument(context: Context, input: Input): Promise<Outcome> {
  const app = input.text('app');
  if (app === null) throw new UsageFault('Say which application it is for: --app ID.', 'holdfast app list');
  const mode = modeOf(input.text('mode'));
  const text = await readText(resolve(context.io.cwd, input.words[0] ?? ''), SCHEMA_TEXT_CHARS_MAX);
  const given = { server: input.text('server'), unknown: input.text('unknown'), routes: input.text('routes') };
  const said = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null));
  const options = input.isSet('partly') ? { ...said, partly: true } : said;
  const path = `/api/v1/applications/${segment(app)}/schema`;
  await using api = await context.api();
  const read = await api.call<SchemaImported>({ method: 'POST', path: `${path}/import`, body: { text, ...options } });
  const told = describeImport(read);
  if (read.fragment === null) return { data: read, text: told, exit: 1 };
  const reason = input.text('reason');
  const body = { fragment: read.fragment, ...(mode === null ? {} : { mode }), ...(reason === null ? {} : { reason }) };
  const difference = describeDifference(await currentOf(api, path), read.fragment);
  if (context.flags.dryRun) return { data: read, text: `${told}${difference}would send POST ${path}\n` };
  context.output.note(`${told}${difference}`);
  if (!(await context.confirm('Put this document in force?'))) throw new NotConfirmed('What is in force is as it was.');
  const data = await api.call<SchemaVersion>({ method: 'POST', path, body });
  return {
    data,
    text: `${app}: schema version ${data.version} is in force (${data.mode}), ${data.operations} operations\nundo: holdfast schema withdraw ${app}\n`,
  };
}

function modeOf(text: string | null): 'monitor' | 'enforce' | null {
  if (text === null || text === 'monitor' || text === 'enforce') return text;
  throw new UsageFault('The mode is monitor or enforce.', 'holdfast schema mode --help');
}

async function mode(context: Context, input: Input): Promise<Outcome> {
  const wanted = modeOf(input.words[1] ?? '');
  const reason = input.text('reason');
  const body = { mode: wanted, ...(reason === null ? {} : { reason }) };
  const call = { method: 'POST', path: `${pathOf(input)}/mode`, body } as const;
  if (context.flags.dryRun) return planned(call);
  await using api = await context.api();
  const data = await api.call<SchemaVersion>(call);
  const effect = data.mode === 'enforce' ? 'refuses where the application enforces' : 'only records';
  return { data, text: `${input.words[0] ?? ''}: schema version ${data.version} ${effect}\n` };
}

async function restore(context: Context, input: Input): Promise<Outcome> {
  const [app = '', version = ''] = input.words;
  if (!/^[1-9]\d{0,8}$/u.test(version)) throw new UsageFault('The version is a number.', `holdfast schema status ${app}`);
  const wanted = modeOf(input.text('mode'));
  const reason = input.text('reason');
  const body = { ...(wanted === null ? {} : { mode: wanted }), ...(reason === null ? {} : { reason }) };
  const call = { method: 'POST', path: `${pathOf(input)}/versions/${version}/restore`, body } as const;
  if (context.flags.dryRun) return planned(call);
  if (!(await context.confirm(`Put version ${version} in force again?`)))
    throw new NotConfirmed('What is in force is as it was.');
  await using api = await context.api();
  const data = await api.call<SchemaVersion>(call);
  return {
    data,
    text: `${app}: what was version ${version} is in force as version ${data.version} (${data.mode})\nundo: holdfast schema withdraw ${app}\n`,
  };
}

async function coverage(context: Context, input: Input): Promise<Outcome> {
  await using api = await context.api();
  const [app] = input.words;
  if (app === undefined) {
    const data = await api.call<SchemaShares>({ method: 'GET', path: '/api/v1/schema/coverage' });
    return { data, text: describeShares(data.items) };
  }
  const data = await api.call<SchemaCoverage>({ method: 'GET', path: `${pathOf(input)}/coverage` });
  return { data, text: describeCoverage(data) };
}

async function withdraw(context: Context, input: Input): Promise<Outcome> {
  const reason = input.text('reason');
  const body = { all: input.isSet('all'), ...(reason === null ? {} : { reason }) };
  const call = { method: 'POST', path: `${pathOf(input)}/withdraw`, body } as const;
  if (context.flags.dryRun) return planned(call);
  const app = input.words[0] ?? '';
  if (!(await context.confirm(`Withdraw the schema of ${app}?`))) throw new NotConfirmed('The schema is still in force.');
  await using api = await context.api();
  const data = await api.call<SchemaStatus>(call);
  const now = data.inForce === null ? 'no schema is in force' : `version ${data.inForce.version} is in force again`;
  return { data, text: `${app}: ${now}\n` };
}

async function check(context: Context, input: Input): Promise<Outcome> {
  await using api = await context.api();
  const given = await readFragment(context, input);
  const fragment =
    given ?? (await api.call<SchemaVersionView>({ method: 'GET', path: `${pathOf(input)}/versions/current` })).fragment;
  const data = await api.call<SchemaCheck>({ method: 'POST', path: `${pathOf(input)}/check`, body: { fragment } });
  if (data.faults.length > 0) {
    const lines = data.faults.map(({ pointer, detail }) => `${pointer === '' ? '/' : pointer}: ${detail}\n`);
    return { data, text: lines.join(''), exit: 1 };
  }
  const uncovered =
    data.uncovered.length === 0
      ? 'every learned route is listed\n'
      : `\nlearned, but not listed:\n${describeRoutes(data.uncovered, '')}`;
  return { data, text: `${data.operations} operations, no fault\n${uncovered}` };
}

async function proposed(api: ApiClient, input: Input): Promise<unknown> {
  return (await api.call<SchemaProposal>({ method: 'GET', path: `${pathOf(input)}/proposal` })).fragment;
}

const current = async (api: ApiClient, input: Input): Promise<unknown> => currentOf(api, pathOf(input));

/** Null = none is in force, which is no fault here. */
async function currentOf(api: ApiClient, path: string): Promise<unknown> {
  const { inForce } = await api.call<SchemaStatus>({ method: 'GET', path });
  if (inForce === null) return null;
  return (await api.call<SchemaVersionView>({ method: 'GET', path: `${path}/versions/current` })).fragment;
}

/** The fragment of `--file`; null when there is no such flag. */
async function readFragment(context: Context, input: Input): Promise<unknown> {
  const file = input.text('file');
  return file === null ? null : readDocument(context, file);
}

async function readDocument(context: Context, file: string): Promise<unknown> {
  const text = await readText(resolve(context.io.cwd, file));
  const { parseDocument } = await import('yaml');
  // JSON is YAML as well. Aliases are not followed: a few lines of them can stand for gigabytes.
  const document = parseDocument(text, { uniqueKeys: true });
  if (document.errors.length > 0) throw new UsageFault(`${file} is neither YAML nor JSON.`, 'holdfast schema check --help');
  try {
    const value: unknown = document.toJS({ maxAliasCount: 0 });
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch {
    // An alias.
  }
  throw new UsageFault(`${file} holds no OpenAPI document without aliases.`, 'holdfast schema check --help');
}

async function readText(file: string, charsMax = FILE_BYTES_MAX): Promise<string> {
  try {
    const text = await readFile(file, 'utf8');
    if (text.length <= charsMax) return text;
  } catch {
    throw new UsageFault('The file cannot be read.', 'holdfast schema check --help');
  }
  throw new UsageFault(`The file is larger than ${charsMax} characters.`, 'holdfast schema check --help');
}

async function toYaml(fragment: unknown): Promise<string> {
  const { stringify } = await import('yaml');
  return stringify(fragment, { aliasDuplicateObjects: false, lineWidth: 120 });
}
