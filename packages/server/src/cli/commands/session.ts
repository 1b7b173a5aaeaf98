import type { SessionAnswer } from '@holdfast/contract';
import { change } from '../change.ts';
import { listAll, segment, type ApiClient } from '../connection/client.ts';
import type { BranchBody, Context, Input } from '../command.ts';
import { UsageFault } from '../fault.ts';
import type { Outcome } from '../outcome.ts';
import { formatTable, formatTime } from '../terminal/table.ts';

const PATH = '/api/v1/sessions';

export const session: BranchBody = {
  about: 'Sessions are named by an id that opens nothing.',
  verbs: [
    {
      name: 'list',
      summary: 'show who is signed in',
      options: [{ flags: '--user <name>', help: 'of one person only' }],
      examples: ['holdfast session list', 'holdfast session list --user ada'],
      run: list,
    },
    {
      name: 'revoke',
      summary: 'end a session, or all of a person, at once',
      words: [{ name: '[id]', help: 'as the list shows it' }],
      options: [{ flags: '--user <name>', help: 'all sessions of this person' }],
      examples: ['holdfast session revoke 01J8Z3K4M5N6P7Q8R9S0T1V2W3', 'holdfast session revoke --user ada'],
      run: revoke,
    },
  ],
};

const ofPerson = (name: string): string => `/api/v1/people/${segment(name)}/sessions`;

async function read(api: ApiClient, user: string | null): Promise<readonly SessionAnswer[]> {
  if (user === null) return listAll<SessionAnswer>(api, { method: 'GET', path: PATH });
  return (await api.call<{ items: SessionAnswer[] }>({ method: 'GET', path: ofPerson(user) })).items;
}

async function list(context: Context, input: Input): Promise<Outcome> {
  await using api = await context.api();
  const sessions = await read(api, input.text('user'));
  const columns = [
    { title: 'ID', value: (row: SessionAnswer) => row.id },
    { title: 'WHO', value: (row: SessionAnswer) => row.name },
    { title: 'WHERE', value: (row: SessionAnswer) => row.application ?? 'administration' },
    { title: 'HOW', value: (row: SessionAnswer) => row.amr.join(' ') },
    { title: 'LAST SEEN', value: (row: SessionAnswer) => formatTime(row.lastSeenAt) },
    { title: 'UNTIL', value: (row: SessionAnswer) => formatTime(row.expiresAt) },
  ];
  return { data: { sessions }, text: () => formatTable(sessions, columns, 'nobody is signed in') };
}

function revoke(context: Context, input: Input): Promise<Outcome> {
  const id = input.words[0];
  const user = input.text('user');
  if ((id === undefined) === (user === null))
    throw new UsageFault('session revoke takes either an id or --user.', 'holdfast session revoke --help');
  if (user !== null) {
    return change<{ ended: number }>(context, { method: 'DELETE', path: ofPerson(user) }, ({ ended }) => ({
      data: { user, ended },
      text: `ended ${ended} session${ended === 1 ? '' : 's'} of ${user}\n`,
    }));
  }
  return change(context, { method: 'DELETE', path: `${PATH}/${segment(id ?? '')}` }, () => ({
    data: { revoked: id },
    text: `ended ${id}\n`,
  }));
}
