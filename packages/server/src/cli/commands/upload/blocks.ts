import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { BlockImported, BlockView } from '@holdfast/contract';
import { change, planned } from '../../change.ts';
import { listAll, segment } from '../../connection/client.ts';
import type { Context, Input, Verb } from '../../command.ts';
import { UsageFault } from '../../fault.ts';
import type { Outcome } from '../../outcome.ts';
import { formatTable, formatTime } from '../../terminal/table.ts';
import { reasonOf } from './reason.ts';

const PATH = '/api/v1/uploads/blocks';
/** As the API takes them at once (`IMPORT_HASHES_MAX`; the contract is not loaded for a command). */
const AT_ONCE = 5000;
const FILE_BYTES_MAX = 64 * 1_048_576;
const HASH = /^[0-9a-f]{64}$/u;
const REASON = { flags: '--reason <text>', help: 'why; kept in the ledger' };

export const blocks: Verb = {
  name: 'blocks',
  summary: 'show hashes that are known to be bad',
  examples: ['holdfast upload blocks'],
  run: async (context) => {
    await using api = await context.api();
    const listed = await listAll<BlockView>(api, { method: 'GET', path: PATH });
    const columns = [
      { title: 'SHA-256', value: (row: BlockView) => row.hash },
      { title: 'SINCE', value: (row: BlockView) => formatTime(row.createdAt) },
      { title: 'BY', value: (row: BlockView) => row.createdBy },
      { title: 'REASON', value: (row: BlockView) => row.reason },
    ];
    return { data: { blocks: listed }, text: () => formatTable(listed, columns, 'no hash is listed') };
  },
};

export const block: Verb = {
  name: 'block',
  summary: 'put a SHA-256 on the list of bad files, or a whole list of them',
  about:
    'Files with these bytes are refused in every application and every mode, and nothing of them is released. If such a file was passed on before, an event of high severity says so.',
  words: [{ name: '[sha256]', help: 'in hex' }],
  options: [
    REASON,
    { flags: '--file <file>', help: 'one hash a line; what follows it on the line is ignored, as are lines with #' },
  ],
  examples: [
    "holdfast upload block 275a021bbfb6489e54d471899f7db9d1663fc695ec2fe2a2c4538aabf651fd0f --reason 'test file'",
    "holdfast upload block --file hashes.txt --reason 'list of a partner'",
  ],
  run: blockHashes,
};

export const unblock: Verb = {
  name: 'unblock',
  summary: 'take a SHA-256 off the list of bad files',
  words: [{ name: '<sha256>', help: 'in hex' }],
  options: [REASON],
  examples: ["holdfast upload unblock 275a021bbfb6489e54d471899f7db9d1663fc695ec2fe2a2c4538aabf651fd0f --reason 'a mistake'"],
  run: (context, input) => {
    const hash = hashOf(input, 'unblock');
    const body = { reason: reasonOf(input, 'unblock') };
    return change(context, { method: 'POST', path: `${PATH}/${segment(hash)}/remove`, body }, () => ({
      data: { unblocked: hash },
      text: `off the list ${hash}\nundo: holdfast upload block ${hash} --reason TEXT\n`,
    }));
  },
};

function hashOf(input: Input, verb: string): string {
  const hash = (input.words[0] ?? '').toLowerCase();
  if (!HASH.test(hash)) throw new UsageFault('A SHA-256 has 64 hexadecimal digits.', `holdfast upload ${verb} --help`);
  return hash;
}

async function blockHashes(context: Context, input: Input): Promise<Outcome> {
  const file = input.text('file');
  const reason = reasonOf(input, 'block');
  if ((file === null) === (input.words[0] === undefined))
    throw new UsageFault('Name a hash, or a file with --file.', 'holdfast upload block --help');
  if (file !== null) return importFile(context, { file, reason });
  const hash = hashOf(input, 'block');
  return change(context, { method: 'POST', path: PATH, body: { hash, reason } }, () => ({
    data: { blocked: hash },
    text: `listed ${hash}\nundo: holdfast upload unblock ${hash} --reason TEXT\n`,
  }));
}

async function importFile(context: Context, { file, reason }: { file: string; reason: string }): Promise<Outcome> {
  const hashes = readHashes(await readList(resolve(context.io.cwd, file)));
  if (context.flags.dryRun) return planned({ method: 'POST', path: `${PATH}/import`, body: { hashes: hashes.length, reason } });
  await using api = await context.api();
  let added = 0;
  for (let from = 0; from < hashes.length; from += AT_ONCE) {
    const body = { hashes: hashes.slice(from, from + AT_ONCE), reason };
    added += (await api.call<BlockImported>({ method: 'POST', path: `${PATH}/import`, body })).added;
  }
  const data = { hashes: hashes.length, added };
  return { data, text: `listed ${added} hashes; ${hashes.length - added} were on the list already\n` };
}

async function readList(file: string): Promise<string> {
  const bytes = await readFile(file).catch(() => {
    throw new UsageFault('This file cannot be read.', 'holdfast upload block --help');
  });
  if (bytes.length > FILE_BYTES_MAX) throw new UsageFault('This list is larger than 64 MiB.', 'split it');
  return bytes.toString('utf8');
}

/** As `sha256sum` and most feeds write them: the hash first. A line that is none is a fault, so that half a list is never taken. */
function readHashes(text: string): string[] {
  const hashes = new Set<string>();
  for (const [index, line] of text.split('\n').entries()) {
    const word =
      line
        .trim()
        .split(/[\s,;]/u, 1)[0]
        ?.toLowerCase() ?? '';
    if (word === '' || word.startsWith('#')) continue;
    if (!HASH.test(word)) throw new UsageFault(`Line ${index + 1} does not begin with a SHA-256.`, 'nothing was listed');
    hashes.add(word);
  }
  if (hashes.size === 0) throw new UsageFault('There is no hash in this file.', 'one SHA-256 a line');
  return [...hashes];
}
