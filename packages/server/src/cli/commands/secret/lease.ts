import type { Lease } from '@holdfast/contract';
import { change } from '../../change.ts';
import { listAll } from '../../connection/client.ts';
import type { Context, Input, Verb } from '../../command.ts';
import { UsageFault } from '../../fault.ts';
import type { Outcome } from '../../outcome.ts';
import { formatTable, formatTime } from '../../terminal/table.ts';

const LEASES = '/api/v1/leases';

const list: Verb = {
  name: 'list',
  summary: 'show what is lent',
  options: [
    { flags: '--prefix <text>', help: 'those whose id begins like this' },
    { flags: '--ended', help: 'also those that are over' },
  ],
  examples: ['holdfast secret lease list', 'holdfast secret lease list --prefix database/creds/reporting'],
  run: listLeases,
};

const revoke: Verb = {
  name: 'revoke',
  summary: 'end a lease now, or all that begin alike',
  words: [{ name: '[lease]', help: 'its id' }],
  options: [{ flags: '--prefix <text>', help: 'all whose id begins like this' }],
  examples: ['holdfast secret lease revoke --prefix database/creds/reporting'],
  run: (context, input) => {
    const prefix = input.text('prefix');
    const id = input.words[0];
    if ((prefix === null) === (id === undefined))
      throw new UsageFault('Say which: one id, or --prefix.', 'holdfast secret lease list');
    if (prefix !== null)
      return change<{ revoked: number }>(
        context,
        { method: 'POST', path: `${LEASES}/revoke-prefix`, body: { prefix } },
        (answer) => ({ data: answer, text: `revoked ${answer.revoked}\n` }),
      );
    return change<Lease>(context, { method: 'POST', path: `${LEASES}/revoke`, body: { lease: id } }, (lease) => ({
      data: lease,
      text:
        lease.state === 'ended'
          ? `${lease.id} is over, ${lease.subject} is gone\n`
          : `${lease.id} is over; ${lease.subject} could not be taken away yet: ${lease.trouble ?? 'tried again'}\n`,
    }));
  },
};

export const lease: Verb = { name: 'lease', summary: 'database users that are lent for a while', verbs: [list, revoke] };

async function listLeases(context: Context, input: Input): Promise<Outcome> {
  await using api = await context.api();
  const query = { prefix: input.text('prefix') ?? undefined, ...(input.isSet('ended') ? { ended: 'true' } : {}) };
  const leases = await listAll<Lease>(api, { method: 'GET', path: LEASES, query });
  const columns = [
    { title: 'LEASE', value: ({ id }: Lease) => id },
    { title: 'STATE', value: ({ state }: Lease) => state },
    { title: 'USER', value: ({ subject }: Lease) => subject },
    { title: 'FOR', value: ({ issuedTo, purpose }: Lease) => `${issuedTo}, ${purpose}` },
    { title: 'UNTIL', value: ({ expiresAt }: Lease) => formatTime(expiresAt) },
    { title: 'TROUBLE', value: ({ trouble }: Lease) => trouble ?? '-' },
  ];
  return { data: { leases }, text: () => formatTable(leases, columns, 'nothing is lent') };
}
