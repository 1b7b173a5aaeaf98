import { resolve } from 'node:path';
import type { CheckpointView, EventView, ExportView, InclusionView, VerifyView } from '@holdfast/contract';
import { change } from '../change.ts';
import { listAll, type ApiClient } from '../connection/client.ts';
import type { BranchBody, Context, Input } from '../command.ts';
import type { Outcome } from '../outcome.ts';
import { parseSince } from '../words/duration.ts';
import { EXIT } from '../exit-codes.ts';
import { UsageFault } from '../fault.ts';
import { formatPairs, formatTable, formatTime, printable } from '../terminal/table.ts';

const EVENTS = '/api/v1/events';
const LINES_DEFAULT = 20;
const LINES_MAX = 10_000;

export const audit: BranchBody = {
  verbs: [
    {
      name: 'tail',
      summary: 'the latest records',
      options: [
        { flags: '-n, --lines <count>', help: `how many (${LINES_DEFAULT})` },
        { flags: '--type <name>', help: 'only this event, for example ban.added' },
        { flags: '--app <id>', help: 'only this application' },
        { flags: '--outcome <name>', help: 'ok, allowed, recorded, blocked, refused or failed' },
        { flags: '--since <time>', help: '15m, 2h or an RFC 3339 time' },
      ],
      examples: ['holdfast audit tail', 'holdfast audit tail --outcome blocked --since 1h'],
      run: tail,
    },
    {
      name: 'verify',
      summary: 'check every record, tile and signature; exit 1 names the place that was changed',
      about: 'With a directory it checks an export offline, against keys you hold already (--trust).',
      words: [{ name: '[directory]', help: 'an export; without it the ledger of the data directory' }],
      options: [{ flags: '--trust <file>', help: 'trusted keys of the log, kept apart from the export' }],
      examples: ['holdfast audit verify', 'holdfast audit verify ./exports/2026-q3 --trust ./holdfast.trust'],
      run: (context, input) => (input.words[0] === undefined ? verifyOwn(context) : verifyDirectory(context, input)),
    },
    {
      name: 'prove',
      summary: 'the proof that one record stands in the signed log',
      words: [{ name: '<index>', help: 'place in the ledger, as tail shows it' }],
      examples: ['holdfast audit prove 42 --json'],
      run: prove,
    },
    {
      name: 'export',
      summary: 'write the whole log for an auditor, verifiable offline',
      words: [{ name: '<name>', help: 'folder below exports/ in the data directory' }],
      examples: ['holdfast audit export 2026-q3'],
      run(context, input) {
        const call = { method: 'POST', path: '/api/v1/audit/exports', body: { name: input.words[0] } } as const;
        return change<ExportView>(context, call, (view) => ({
          data: view,
          text: `${view.size} records in ${view.directory}\ncheck it: holdfast audit verify ${view.directory}\n`,
        }));
      },
    },
    {
      name: 'key',
      summary: 'the key that signs the log',
      verbs: [
        {
          name: 'rotate',
          summary: 'sign with a new key from now on',
          examples: ['holdfast audit key rotate'],
          run: (context) =>
            change<{ verifierKey: string }>(context, { method: 'POST', path: '/api/v1/audit/key/rotate' }, (view) => ({
              data: view,
              text: `new key ${view.verifierKey}\nGive the trust file to your verifiers again: it names both keys and their ranges.\n`,
            })),
        },
      ],
    },
  ],
};

async function tail(context: Context, input: Input): Promise<Outcome> {
  const text = input.text('lines');
  const count = text === null ? LINES_DEFAULT : Number(text);
  if (!Number.isInteger(count) || count < 1 || count > LINES_MAX)
    throw new UsageFault(`--lines wants a number from 1 to ${LINES_MAX}.`);
  const since = input.text('since');
  const query = {
    type: input.text('type') ?? undefined,
    application: input.text('app') ?? undefined,
    outcome: input.text('outcome') ?? undefined,
    since: since === null ? undefined : parseSince(since, context.io.now()),
    limit: Math.min(count, 200),
  };
  await using api = await context.api();
  const events = await listAll<EventView>(api, { method: 'GET', path: EVENTS, query }, count);
  const columns = [
    { title: 'INDEX', value: (row: EventView) => String(row.index ?? '-') },
    { title: 'TIME', value: (row: EventView) => formatTime(row.time) },
    { title: 'EVENT', value: (row: EventView) => row.type },
    { title: 'OUTCOME', value: (row: EventView) => row.outcome },
    { title: 'APPLICATION', value: (row: EventView) => row.application ?? '-' },
    { title: 'REQUEST', value: (row: EventView) => row.requestId ?? '-' },
    { title: 'BY', value: (row: EventView) => row.actor.kind },
    { title: 'REASON', value: (row: EventView) => row.reason ?? '-' },
  ];
  // Newest last: the end of a terminal is what people see.
  return { data: { events }, text: () => formatTable(events.toReversed(), columns, 'no records') };
}

async function verifyOwn(context: Context): Promise<Outcome> {
  await using api = await context.api();
  return tellVerdict(await api.call<VerifyView>({ method: 'POST', path: '/api/v1/audit/verify' }));
}

async function verifyDirectory(context: Context, input: Input): Promise<Outcome> {
  const { verifyExportFolder } = await import('../host/export-folder.ts');
  const folder = resolve(context.io.cwd, input.words[0] ?? '');
  const named = input.text('trust');
  const { view, isOwnTrust } = await verifyExportFolder(folder, named === null ? null : resolve(context.io.cwd, named));
  if (isOwnTrust)
    context.output.note(
      'keys taken from the export itself: this finds damage, not a forged log. Give --trust FILE to find both.',
    );
  return tellVerdict(view);
}

function tellVerdict(view: VerifyView): Outcome {
  if (view.ok)
    return {
      data: view,
      text: (paint) => `${paint.good('verified')} ${view.size} records: every leaf, tile, root and signature fits\n`,
    };
  return {
    data: view,
    exit: EXIT.findings,
    text: (paint) => `${paint.bad('NOT VERIFIED')}\n${view.faults.map((fault) => `  ${printable(fault)}\n`).join('')}`,
  };
}

async function prove(context: Context, input: Input): Promise<Outcome> {
  const index = /^\d{1,15}$/u.test(input.words[0] ?? '') ? Number(input.words[0]) : null;
  if (index === null) throw new UsageFault('The index is a number, as audit tail shows it.', 'holdfast audit tail');
  await using api = await context.api();
  const proof = await readProof(api, index);
  const pairs = formatPairs([
    ['index', String(proof.index)],
    ['size', String(proof.size)],
    ['leaf', proof.leafHash],
    ...proof.hashes.map((hash, level) => [`hash ${level}`, hash] as const),
  ]);
  return { data: proof, text: () => `${pairs}\n${proof.checkpoint}` };
}

/** A record is provable once a checkpoint covers it, a second after it was made. */
async function readProof(api: ApiClient, index: number): Promise<InclusionView> {
  const { size } = await api.call<CheckpointView>({ method: 'GET', path: '/api/v1/audit/checkpoint' });
  if (size === 0) throw new UsageFault('The signed log is empty so far.', 'holdfast audit tail');
  if (index >= size)
    throw new UsageFault(`The signed log has ${size} records: the highest index is ${size - 1}.`, 'holdfast audit tail');
  return api.call<InclusionView>({ method: 'GET', path: '/api/v1/audit/proof/inclusion', query: { index } });
}
