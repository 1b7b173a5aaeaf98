import type { UploadDetail, UploadStatus } from '@holdfast/contract';
import { change, planned } from '../../change.ts';
import { listAll, segment } from '../../connection/client.ts';
import type { BranchBody, Context, Input, Verb } from '../../command.ts';
import { NotConfirmed } from '../../fault.ts';
import type { Outcome } from '../../outcome.ts';
import { formatTable } from '../../terminal/table.ts';
import { block, blocks, unblock } from './blocks.ts';
import { saveCopy } from './copy.ts';
import { reasonOf } from './reason.ts';
import { detailText, statusText, uploadColumns, type UploadView } from './words.ts';

const PATH = '/api/v1/uploads';
const ID = { name: '<id>', help: 'as the list shows it' };
const REASON = { flags: '--reason <text>', help: 'why; kept in the ledger' };
const STATES = ['held', 'clean', 'infected', 'released', 'deleted'];

const at = (input: Input): string => `${PATH}/${segment(input.words[0] ?? '')}`;

const release: Verb = {
  name: 'release',
  summary: 'let these bytes pass from now on, in their application',
  about:
    'The file is scanned once more before. What a scanner names malware, or what is on the list of bad hashes, is never released. A release ends when rules change and find something.',
  words: [ID],
  options: [REASON],
  examples: ["holdfast upload release 01JD3V6Q0000000000000000AB --reason 'template of the finance department'"],
  run: (context, input) => {
    const call = { method: 'POST', path: `${at(input)}/release`, body: { reason: reasonOf(input, 'release') } } as const;
    return change<UploadDetail>(context, call, (view) => ({
      data: view,
      text: `released: these bytes pass in ${view.application} from now on\nundo: holdfast upload delete ${view.id} --reason TEXT\n`,
    }));
  },
};

export const upload: BranchBody = {
  about: 'Files that were not passed on lie encrypted in the quarantine of their node. Nothing here prints what is in them.',
  verbs: [
    {
      name: 'list',
      summary: 'show kept files, newest first',
      options: [
        { flags: '--state <state>', help: 'only those in this state', choices: STATES },
        { flags: '--app <id>', help: 'only those sent to this application' },
        { flags: '--hash <sha256>', help: 'only these bytes' },
      ],
      examples: ['holdfast upload list', 'holdfast upload list --state held --app shop'],
      run: list,
    },
    {
      name: 'show',
      summary: 'show one kept file, or save a copy of it for analysis',
      about:
        'A copy is a ZIP archive with the password `infected`, so that nothing opens it by accident. Taking one is recorded.',
      words: [ID],
      options: [{ flags: '--output <file>', help: 'write the archive to this new file' }],
      examples: [
        'holdfast upload show 01JD3V6Q0000000000000000AB',
        'holdfast upload show 01JD3V6Q0000000000000000AB --output sample.zip',
      ],
      run: show,
    },
    release,
    {
      name: 'delete',
      summary: 'forget the key of a kept file and remove its bytes, for good',
      words: [ID],
      options: [REASON],
      examples: ["holdfast upload delete 01JD3V6Q0000000000000000AB --reason 'confirmed malware'"],
      run: remove,
    },
    {
      name: 'rescan',
      summary: 'scan all kept files again, or one',
      words: [{ name: '[id]', help: 'as the list shows it' }],
      examples: ['holdfast upload rescan', 'holdfast upload rescan 01JD3V6Q0000000000000000AB'],
      run: (context, input) => {
        const [id] = input.words;
        const body = id === undefined ? {} : { upload: id };
        return change<UploadStatus>(context, { method: 'POST', path: `${PATH}/rescan`, body }, (view) => ({
          data: view.rescan,
          text: `${view.rescan.behind} files wait for a scan\nwatch: holdfast upload status\n`,
        }));
      },
    },
    { name: 'status', summary: 'scanners, room, rescanning and totals', examples: ['holdfast upload status'], run: status },
    blocks,
    block,
    unblock,
  ],
};

async function list(context: Context, input: Input): Promise<Outcome> {
  await using api = await context.api();
  const query = {
    state: input.text('state') ?? undefined,
    application: input.text('app') ?? undefined,
    hash: input.text('hash')?.toLowerCase() ?? undefined,
  };
  const uploads = await listAll<UploadView>(api, { method: 'GET', path: PATH, query });
  return { data: { uploads }, text: () => formatTable(uploads, uploadColumns, 'no file is kept') };
}

async function show(context: Context, input: Input): Promise<Outcome> {
  const output = input.text('output');
  if (output !== null && context.flags.dryRun) return planned({ method: 'POST', path: `${at(input)}/download` });
  await using api = await context.api();
  if (output !== null) return saveCopy(api, { path: `${at(input)}/download`, output, cwd: context.io.cwd });
  const view = await api.call<UploadDetail>({ method: 'GET', path: at(input) });
  return { data: view, text: () => detailText(view) };
}

async function remove(context: Context, input: Input): Promise<Outcome> {
  const id = input.words[0] ?? '';
  const body = { reason: reasonOf(input, 'delete') };
  if (!context.flags.dryRun && !(await context.confirm(`Delete ${id} for good? Its bytes cannot be brought back.`)))
    throw new NotConfirmed('Nothing was deleted.');
  return change(context, { method: 'POST', path: `${at(input)}/delete`, body }, () => ({
    data: { deleted: id },
    text: `deleted ${id}: its key is forgotten and its bytes are gone\n`,
  }));
}

async function status(context: Context): Promise<Outcome> {
  await using api = await context.api();
  const view = await api.call<UploadStatus>({ method: 'GET', path: `${PATH}/status` });
  return { data: view, text: () => statusText(view) };
}
