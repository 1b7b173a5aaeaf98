import type { SecretView } from '@holdfast/contract';
import { listAll } from '../../connection/client.ts';
import type { Context, Input, Verb } from '../../command.ts';
import type { Outcome } from '../../outcome.ts';
import { formatTable, formatTime } from '../../terminal/table.ts';
import { refText, SECRETS } from './ref.ts';

const DAY_MS = 86_400_000;

export const list: Verb = {
  name: 'list',
  summary: 'show secrets without their values',
  options: [
    { flags: '--app <id>', help: 'of this application' },
    { flags: '--env <name>', help: 'of this environment' },
    { flags: '--part <text>', help: 'with this part in their name' },
    { flags: '--overdue', help: 'only those that are older than they may be' },
  ],
  examples: ['holdfast secret list', 'holdfast secret list --app shop --env production', 'holdfast secret list --overdue'],
  run,
};

function ageText({ changedAt, maxAgeDays, isOverdue }: SecretView, now: number): string {
  const days = Math.max(0, Math.floor((now - changedAt) / DAY_MS));
  const limit = maxAgeDays === null ? '' : ` of ${maxAgeDays}`;
  return `${days}${limit} d${isOverdue ? ', overdue' : ''}`;
}

async function run(context: Context, input: Input): Promise<Outcome> {
  await using api = await context.api();
  const query = {
    application: input.text('app') ?? undefined,
    environment: input.text('env') ?? undefined,
    q: input.text('part') ?? undefined,
    ...(input.isSet('overdue') ? { overdue: 'true' } : {}),
  };
  const secrets = await listAll<SecretView>(api, { method: 'GET', path: SECRETS, query });
  const now = context.io.now();
  const columns = [
    { title: 'SECRET', value: (row: SecretView) => refText(row) },
    { title: 'VERSION', value: ({ currentVersion }: SecretView) => String(currentVersion ?? '-') },
    { title: 'FIELDS', value: ({ fields }: SecretView) => fields.join(' ') || '-' },
    { title: 'AGE', value: (row: SecretView) => ageText(row, now) },
    { title: 'OWNER', value: ({ owner }: SecretView) => owner ?? '-' },
    { title: 'LAST READ', value: ({ lastReadAt }: SecretView) => formatTime(lastReadAt) },
  ];
  return { data: { secrets }, text: () => formatTable(secrets, columns, 'no secrets') };
}
