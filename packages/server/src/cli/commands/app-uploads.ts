import { plainUploadPath, uploadRouteKey, uploadRouteSchema, uploadSettingsSchema } from '@holdfast/contract';
import type { Application, ApplicationView, UploadRoute, UploadSettings } from '@holdfast/contract';
import { planned } from '../change.ts';
import { segment } from '../connection/client.ts';
import type { BranchBody, Context, Input, OptionDefinition, Verb } from '../command.ts';
import { UsageFault } from '../fault.ts';
import type { Outcome } from '../outcome.ts';
import { formatTable } from '../terminal/table.ts';

const PATH = '/api/v1/applications';
const NAME = { name: '<id>', help: 'id of the application' } as const;
const ROUTE = { name: '<path>', help: '/people/{id}/photo, or /files/* for all below' } as const;
const HELP = 'holdfast app uploads --help';
const METHOD: OptionDefinition = { flags: '--method <method>', help: 'for this method only', choices: ['POST', 'PUT', 'PATCH'] };
const WHAT: readonly OptionDefinition[] = [
  { flags: '--files <choice>', help: 'whether files are taken', choices: ['take', 'refuse'] },
  { flags: '--types <id...>', help: 'what is taken, such as png jpeg pdf' },
  { flags: '--file-bytes-max <n>', help: 'one file' },
  { flags: '--files-max <n>', help: 'files of one request' },
  { flags: '--images <choice>', help: 'what is done with pictures', choices: ['keep', 'strip', 'reencode'] },
  { flags: '--encrypted <choice>', help: 'what nobody can look into', choices: ['refuse', 'hold', 'allow'] },
  { flags: '--active-content <choice>', help: 'scripts and macros', choices: ['refuse', 'hold', 'allow'] },
  {
    flags: '--action <choice>',
    help: 'record or block whatever the mode says, or follow it',
    choices: ['follow', 'record', 'block'],
  },
];

export const uploads: Verb & BranchBody = {
  name: 'uploads',
  summary: 'which routes take files, and what kind of files',
  verbs: [
    {
      name: 'list',
      summary: 'show what holds on which route',
      words: [NAME],
      examples: ['holdfast app uploads list shop'],
      run: list,
    },
    {
      name: 'set',
      summary: 'what holds on one route; what is not said is as for the application',
      about: 'The entry that says most of a path holds. Letter case and a slash at the end make no difference.',
      words: [NAME, ROUTE],
      options: [METHOD, ...WHAT],
      examples: [
        'holdfast app uploads set shop /people/{id}/photo --types png jpeg --files-max 1 --images strip',
        'holdfast app uploads set shop /comments --files refuse',
      ],
      run: set,
    },
    {
      name: 'remove',
      summary: 'on this route holds what holds elsewhere',
      words: [NAME, ROUTE],
      options: [METHOD],
      examples: ['holdfast app uploads remove shop /comments'],
      run: remove,
    },
    {
      name: 'elsewhere',
      summary: 'what holds on all other routes',
      about: 'With --files refuse only routes that were set take files at all.',
      words: [NAME],
      options: WHAT,
      examples: ['holdfast app uploads elsewhere shop --files refuse', 'holdfast app uploads elsewhere shop --images strip'],
      run: elsewhere,
    },
  ],
};

/** What an operator said, by the names of the settings; nothing for what was not said. */
function said(input: Input): Record<string, unknown> {
  const whole = (name: string): number | undefined => {
    const text = input.text(name);
    return text === null ? undefined : Number(text);
  };
  const types = input.list('types').flatMap((word) => word.split(',').filter((id) => id !== ''));
  const all = {
    files: input.text('files') ?? undefined,
    types: types.length === 0 ? undefined : types,
    fileBytesMax: whole('fileBytesMax'),
    filesMax: whole('filesMax'),
    images: input.text('images') ?? undefined,
    encrypted: input.text('encrypted') ?? undefined,
    activeContent: input.text('activeContent') ?? undefined,
    action: input.text('action') ?? undefined,
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

const placeOf = (input: Input): Pick<UploadRoute, 'method' | 'path'> => ({
  path: input.words[1] ?? '',
  method: (input.text('method') as UploadRoute['method']) ?? null, // the schema says no to any other word
});

interface Faulty {
  readonly issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[];
}

function refuse({ issues }: Faulty): never {
  const faults = issues.map(({ path, message }) => `${path.map(String).join('.') || 'it'}: ${message}`);
  throw new UsageFault(`It cannot be set so: ${faults.join('; ')}.`, HELP);
}

async function list(context: Context, input: Input): Promise<Outcome> {
  await using api = await context.api();
  const view = await api.call<ApplicationView>({ method: 'GET', path: `${PATH}/${segment(input.words[0] ?? '')}` });
  const { uploads: settings } = view.application;
  const { routes, ...rest } = settings;
  const rows = [...routes, elsewhereRow(settings)];
  const or = (value: string | number | null, otherwise: string): string => (value === null ? otherwise : String(value));
  const columns = [
    { title: 'ROUTE', value: (row: UploadRoute) => `${row.method === null ? '' : `${row.method} `}${row.path}` },
    { title: 'FILES', value: (row: UploadRoute) => (row.files === 'refuse' ? 'refused' : 'taken') },
    { title: 'TYPES', value: (row: UploadRoute) => or(row.types?.join(' ') ?? null, 'as elsewhere') },
    { title: 'BYTES', value: (row: UploadRoute) => String(row.fileBytesMax ?? rest.fileBytesMax) },
    { title: 'COUNT', value: (row: UploadRoute) => String(row.filesMax ?? rest.filesMax) },
    { title: 'IMAGES', value: (row: UploadRoute) => row.images ?? rest.images },
    { title: 'ENCRYPTED', value: (row: UploadRoute) => row.encrypted ?? rest.archives.encrypted },
    { title: 'ACTIVE', value: (row: UploadRoute) => row.activeContent ?? rest.activeContent },
    { title: 'ACTION', value: (row: UploadRoute) => row.action ?? rest.action },
  ];
  return { data: { routes, elsewhere: rest }, text: () => formatTable(rows, columns, HELP) };
}

function elsewhereRow({ elsewhere: files, types }: UploadSettings): UploadRoute {
  return { ...uploadRouteSchema.parse({ path: '/', files }), path: '(elsewhere)', types };
}

async function set(context: Context, input: Input): Promise<Outcome> {
  const route = uploadRouteSchema.safeParse({ ...placeOf(input), ...said(input) });
  if (!route.success) refuse(route.error);
  const key = uploadRouteKey(route.data);
  return rewrite(context, input, (before) => ({
    after: { ...before, routes: [...before.routes.filter((other) => uploadRouteKey(other) !== key), route.data] },
    text: `${plainUploadPath(route.data.path)} ${route.data.files === 'refuse' ? 'takes no files' : 'has settings of its own'}`,
  }));
}

async function remove(context: Context, input: Input): Promise<Outcome> {
  const place = placeOf(input);
  return rewrite(context, input, (before) => {
    const routes = before.routes.filter((other) => uploadRouteKey(other) !== uploadRouteKey(place));
    if (routes.length === before.routes.length)
      throw new UsageFault(`Nothing is set for ${place.path}.`, `holdfast app uploads list ${input.words[0] ?? ''}`);
    return { after: { ...before, routes }, text: `${place.path} is as elsewhere again` };
  });
}

async function elsewhere(context: Context, input: Input): Promise<Outcome> {
  const { files, encrypted, ...others } = said(input);
  return rewrite(context, input, (before) => {
    const archives = encrypted === undefined ? before.archives : { ...before.archives, encrypted };
    const wanted = { ...before, ...others, archives, ...(files === undefined ? {} : { elsewhere: files }) };
    const after = uploadSettingsSchema.safeParse(wanted);
    if (!after.success) refuse(after.error);
    return { after: after.data, text: `files are ${after.data.elsewhere === 'take' ? 'taken' : 'refused'} elsewhere` };
  });
}

type Rewriting = (before: UploadSettings) => { readonly after: UploadSettings; readonly text: string };

async function rewrite(context: Context, input: Input, change: Rewriting): Promise<Outcome> {
  const path = `${PATH}/${segment(input.words[0] ?? '')}`;
  await using api = await context.api();
  const { application, revision } = await api.call<ApplicationView>({ method: 'GET', path });
  const { after, text } = change(application.uploads);
  const body: Application = { ...application, uploads: after };
  // Only if it is still what was just read: another operator's change in between must not be undone.
  const call = { method: 'PUT', path, body, headers: { 'if-match': `"${revision}"` } } as const;
  if (context.flags.dryRun) return planned(call);
  const view = await api.call<ApplicationView>(call);
  return { data: view, text: `${view.application.id}: ${text}\n` };
}
