import type { OwnKeyView, SessionAnswer } from '@holdfast/contract';
import type { Context, Input, LeafBody } from '../../command.ts';
import { listAll, segment, type ApiClient } from '../../connection/client.ts';
import { UsageFault } from '../../fault.ts';
import type { RecoverState } from '../../host/restore/state.ts';
import type { Item, Tell } from '../../host/restore/steps.ts';
import type { Outcome } from '../../outcome.ts';
import { printable } from '../../terminal/table.ts';
import { LOG_OPTIONS, logChoice, OPENING } from '../backup.ts';
import { OWN } from '../secret/own-key.ts';

export const recover: LeafBody = {
  about:
    'With the server down. Each step is checked before the next, and a recovery that was interrupted goes on where it was. The data directory in place is moved aside, never deleted. A backup with less of the log than was signed since is refused, unless the log in place goes on.',
  words: [{ name: '[what]', help: 'run (default), status, or undo: take the data directory of before back' }],
  options: [
    { flags: '--backup <path>', help: 'a file, or a folder whose newest is taken (default: backups/ in the data directory)' },
    ...OPENING,
    { flags: '--root-key <file>', help: 'root key of the backed-up installation (default: the one in place)' },
    { flags: '--unseal-from <file>', help: 'where it was kept with a passphrase or in shares: those, one a line' },
    ...LOG_OPTIONS,
    { flags: '--rotate', help: 'change the keys of this server and end all sessions: an attacker may know them' },
    { flags: '--read-only', help: 'applications come back read-only, until somebody releases them' },
  ],
  examples: [
    'holdfast recover',
    'holdfast recover --backup /backup/holdfast --keep-log --rotate --read-only --yes',
    'holdfast recover --backup monday.age --identity-file key.txt --checkpoint witness.txt',
    'holdfast recover undo',
  ],
  run,
};

async function run(context: Context, input: Input): Promise<Outcome> {
  const what = input.words[0] ?? 'run';
  context.unsealFrom(input.text('unsealFrom'));
  const dataDir = await context.dataDir();
  const { readState } = await import('../../host/restore/state.ts');
  if (what === 'status') {
    const state = await readState(dataDir);
    return { data: { state }, text: state === null ? 'no recovery was begun\n' : `${JSON.stringify(state, null, 2)}\n` };
  }
  if (what !== 'run' && what !== 'undo')
    throw new UsageFault(`${what} is neither run, status nor undo.`, 'holdfast recover --help');
  const { assertDown } = await import('../../host/restore/place.ts');
  await assertDown(dataDir);
  const items: Item[] = [];
  const tell: Tell = (item) => {
    items.push(item);
    if (!context.flags.json) context.output.note(`${MARKS[item.state]} ${item.step}: ${printable(item.detail)}`);
  };
  const state = await (what === 'undo' ? toUndo(context) : toRestore(context, input, tell));
  if (state === null)
    return { data: { state, items }, text: 'what was restored beside was removed; nothing had been put in place\n' };
  if (context.flags.dryRun) return { data: { dryRun: true, state, items }, text: 'nothing was changed\n' };
  const over = await carryOut(context, state, tell);
  const text =
    over.what === 'undo'
      ? `the data directory of before is in place; the other one is ${over.movedTo ?? 'gone'}\n`
      : 'restored.\nnext: holdfast up, then holdfast test attack\nundo: holdfast recover undo\n';
  return { data: { state: over, items }, text };
}

async function toUndo(context: Context): Promise<RecoverState | null> {
  const { prepareUndo } = await import('../../host/restore/undo.ts');
  return prepareUndo(context);
}

/** What was interrupted goes on, with what was asked for when it began. */
async function toRestore(context: Context, input: Input, tell: Tell): Promise<RecoverState> {
  const [{ lookAtLog, prepareNewest, stillWaiting }, { readUnfinished }] = await Promise.all([
    import('../../host/restore/steps.ts'),
    import('../../host/restore/state.ts'),
  ]);
  const dataDir = await context.dataDir();
  tell(await lookAtLog(dataDir));
  const begun = await readUnfinished(dataDir);
  if (begun?.what === 'undo')
    throw new UsageFault('An undo was interrupted: let it come to its end first.', 'holdfast recover undo');
  const waiting = begun === null ? null : await stillWaiting(context, begun, tell);
  if (waiting !== null) {
    tell({ step: 'go on where it was', state: 'done', detail: `${waiting.file}, ${waiting.done}` });
    return waiting;
  }
  return prepareNewest(context, input, { log: logChoice(context, input), tell });
}

async function carryOut(context: Context, state: RecoverState, tell: Tell): Promise<RecoverState> {
  const { endIt, putInPlace, recordIt } = await import('../../host/restore/steps.ts');
  const placed = await putInPlace(context, state, tell);
  const recorded = await recordIt(context, placed);
  if (recorded.what === 'restore') await afterwards(context, recorded.afterwards, tell);
  return endIt(context, recorded);
}

const MARKS: Readonly<Record<Item['state'], string>> = { done: '✓', skipped: '-', todo: '!' };

/** What an attacker may know is changed, and what is served begins with the harmless half. */
async function afterwards(context: Context, wanted: RecoverState['afterwards'], tell: Tell): Promise<void> {
  await using api = await context.api();
  if (wanted.rotate) await rotate(api, tell);
  else
    tell({
      step: 'change what may be known',
      state: 'todo',
      detail:
        'keys of this server and sessions are those of the backup: --rotate changes them; rotate secrets with holdfast secret rotate',
    });
  const stage = 'serve again in stages';
  if (wanted.readOnly) {
    const { applications } = await api.call<{ applications: string[] }>({ method: 'POST', path: '/api/v1/system/read-only' });
    const named = applications.length === 0 ? 'no application is there' : `${applications.join(', ')}: read-only`;
    tell({
      step: stage,
      state: 'done',
      detail: `${named}; let them write again with holdfast release when holdfast test attack is good`,
    });
  } else tell({ step: stage, state: 'todo', detail: 'everything is served as before; --read-only begins with reading alone' });
}

const SERVED_KEY = 'certificate';

async function rotate(api: ApiClient, tell: Tell): Promise<void> {
  const step = 'change what may be known';
  const { items } = await api.call<{ items: readonly OwnKeyView[] }>({ method: 'GET', path: OWN });
  // A certificate is made by whoever serves it, and nothing is served now.
  const names = items.map(({ name }) => name).filter((name) => name !== SERVED_KEY);
  for (const name of names) await api.call({ method: 'POST', path: `${OWN}/${segment(name)}/rotate`, body: { now: true } });
  const sessions = await listAll<SessionAnswer>(api, { method: 'GET', path: '/api/v1/sessions' });
  for (const { id } of sessions) await api.call({ method: 'DELETE', path: `/api/v1/sessions/${segment(id)}` });
  tell({ step, state: 'done', detail: `keys: ${names.join(', ')}; ${sessions.length} sessions ended` });
  tell({
    step: 'change the local certificate',
    state: 'todo',
    detail: 'with the server up: holdfast secret rotate holdfast/certificate',
  });
  tell({
    step: 'change secrets of others',
    state: 'todo',
    detail: 'holdfast secret rotate, holdfast token list: what was known is known',
  });
}
