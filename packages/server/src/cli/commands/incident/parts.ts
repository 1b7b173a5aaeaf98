import type { IncidentDetail, IncidentFile, IncidentTask } from '@holdfast/contract';
import { readFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { change } from '../../change.ts';
import { segment } from '../../connection/client.ts';
import type { Context, Input, Verb } from '../../command.ts';
import { UsageFault } from '../../fault.ts';
import type { Outcome } from '../../outcome.ts';
import { formatTable } from '../../terminal/table.ts';
import { at, ID, SAMPLE, send } from './at.ts';
import { toNewFile } from './new-file.ts';
import { taskColumns } from './words.ts';

/** The limit of the contract, which is not loaded for a command. */
const FILE_BYTES_MAX = 780_000;

export const note: Verb = {
  name: 'note',
  summary: 'add a note to it',
  words: [ID, { name: '<text>', help: 'kept with the incident, encrypted' }],
  examples: ["holdfast incident note 7 'the customer was told'"],
  run: (context, input) => send(context, input, { path: '/notes', body: { text: input.words[1] ?? '' }, text: () => 'noted\n' }),
};

export const file: Verb = {
  name: 'file',
  summary: 'add a file to it, kept encrypted; its SHA-256 stands in the ledger',
  words: [ID, { name: '<file>', help: 'at most 780,000 bytes' }],
  examples: ['holdfast incident file 7 ./dump.txt'],
  run: addFile,
};

export const download: Verb = {
  name: 'download',
  summary: 'write a file of it to a new file',
  words: [ID, { name: '<file>', help: 'its id, as `show` names it' }],
  options: [{ flags: '--output <file>', help: 'where to; it must not exist' }],
  examples: [`holdfast incident download 7 ${SAMPLE} --output evidence.bin`],
  run: saveFile,
};

export const task: Verb = {
  name: 'task',
  summary: 'add a task, or what was learned',
  words: [ID, { name: '<title>', help: 'what is to be done' }],
  options: [
    { flags: '--owner <name>', help: 'who does it' },
    { flags: '--due <time>', help: 'by when, for example 2026-12-01' },
    { flags: '--lesson', help: 'it is a lesson, not work on the incident itself' },
  ],
  examples: ["holdfast incident task 7 'rotate the deploy key' --owner ada --due 2026-12-01"],
  run: addTask,
};

export const tasks: Verb = {
  name: 'tasks',
  summary: 'show its tasks and lessons',
  words: [ID],
  examples: ['holdfast incident tasks 7'],
  run: async (context, input) => {
    await using api = await context.api();
    const { tasks: found } = await api.call<IncidentDetail>({ method: 'GET', path: at(input) });
    return { data: { tasks: found }, text: () => formatTable(found, taskColumns, 'no tasks') };
  },
};

export const done: Verb = {
  name: 'done',
  summary: 'say that a task is done, also after the incident was closed',
  words: [ID, { name: '<task>', help: 'its id, as `tasks` shows it' }],
  examples: [`holdfast incident done 7 ${SAMPLE}`],
  run: (context, input) =>
    change<IncidentTask>(
      context,
      { method: 'POST', path: `${at(input)}/tasks/${segment(input.words[1] ?? '')}/done` },
      (view) => ({
        data: view,
        text: `done: ${view.title}\n`,
      }),
    ),
};

async function addFile(context: Context, input: Input): Promise<Outcome> {
  const named = input.words[1] ?? '';
  const bytes = await readFile(resolve(context.io.cwd, named)).catch(() => {
    throw new UsageFault('This file cannot be read.', 'holdfast incident file --help');
  });
  if (bytes.length > FILE_BYTES_MAX) throw new UsageFault(`This file has more than ${FILE_BYTES_MAX} bytes.`, 'split it');
  const body = { name: basename(named), content: bytes.toString('base64') };
  return change<IncidentFile>(context, { method: 'POST', path: `${at(input)}/files`, body }, (view) => ({
    data: view,
    text: `kept as ${view.id}, SHA-256 ${view.sha256}\n`,
  }));
}

function saveFile(context: Context, input: Input): Promise<Outcome> {
  const output = input.text('output');
  if (output === null) throw new UsageFault('Say where to: --output FILE.', 'holdfast incident download --help');
  return toNewFile(context, { output, verb: 'download' }, async (api) => {
    const { bytes } = await api.fetch({ method: 'GET', path: `${at(input)}/files/${segment(input.words[1] ?? '')}` });
    return { content: bytes ?? '', data: { bytes: bytes?.length ?? 0 } };
  });
}

function addTask(context: Context, input: Input): Promise<Outcome> {
  const due = input.text('due');
  const dueAt = due === null ? null : timeOf(due);
  const kind = input.isSet('lesson') ? 'lesson' : 'work';
  const body = { title: input.words[1] ?? '', owner: input.text('owner'), dueAt, kind };
  return change<IncidentTask>(context, { method: 'POST', path: `${at(input)}/tasks`, body }, (view) => ({
    data: view,
    text: `task ${view.id}\n`,
  }));
}

/** The 31st of February is read as a day of March otherwise. */
function timeOf(text: string): number {
  const time = Date.parse(text);
  const day = Number(/^\d{4}-\d{2}-(\d{2})/u.exec(text)?.[1]);
  if (Number.isNaN(time) || new Date(`${text.slice(0, 10)}T00:00:00Z`).getUTCDate() !== day)
    throw new UsageFault('--due wants a day such as 2026-12-01.', 'holdfast incident task --help');
  return time;
}
