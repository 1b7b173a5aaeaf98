import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { DatabaseConnection, DatabaseCredentials, DatabaseRole } from '@holdfast/contract';
import { change } from '../../change.ts';
import { segment } from '../../connection/client.ts';
import type { Context, Input, Verb } from '../../command.ts';
import { UsageFault } from '../../fault.ts';
import type { Outcome } from '../../outcome.ts';
import { formatTable, formatTime } from '../../terminal/table.ts';
import { parseDuration } from '../../words/duration.ts';
import { parseRef, refText } from './ref.ts';

const CONNECTIONS = '/api/v1/database-connections';
const ROLES = '/api/v1/database-roles';
const NAME = { name: '<name>', help: 'lower-case letters, digits and hyphens' };

const connect: Verb = {
  name: 'connect',
  summary: 'name the secret of a role that may make users',
  words: [NAME],
  options: [{ flags: '--admin <ref>', help: 'the secret with the postgres:// address' }],
  examples: ['holdfast secret database connect main --admin shop/production/POSTGRES_ADMIN'],
  run: (context, input) => {
    const body = { name: input.words[0], admin: parseRef(wanted(input, 'admin')) };
    return change<DatabaseConnection>(context, { method: 'PUT', path: CONNECTIONS, body }, (connection) => ({
      data: connection,
      text: `${connection.name} answers\nnext: holdfast secret database role NAME --connection ${connection.name} --sql FILE\n`,
    }));
  },
};

const role: Verb = {
  name: 'role',
  summary: 'say with which SQL users are made',
  words: [NAME],
  options: [
    { flags: '--connection <name>', help: 'the server' },
    { flags: '--app <id>', help: 'whose policies decide who may have one' },
    { flags: '--env <name>', help: 'and of which environment' },
    { flags: '--sql <file>', help: 'SQL with {{name}}, {{password}} and {{expiration}}' },
    { flags: '--ttl <time>', help: 'how long a user is good: 1h unless said' },
    { flags: '--ttl-max <time>', help: 'how long with renewals: 24h unless said' },
  ],
  examples: [
    'holdfast secret database role reporting --connection main --app shop --env production --sql reporting.sql --ttl 1h',
  ],
  run: setRole,
};

const list: Verb = {
  name: 'list',
  summary: 'show connections and roles',
  examples: ['holdfast secret database list'],
  run: listAllOf,
};

const user: Verb = {
  name: 'user',
  summary: 'make a user of a role for yourself, for a while',
  words: [{ name: '<role>', help: 'the role' }],
  options: [{ flags: '--purpose <words>', help: 'what for' }],
  examples: ['holdfast secret database user reporting --purpose "monthly figures"'],
  run: (context, input) => {
    const path = `${ROLES}/${segment(input.words[0] ?? '')}/credentials`;
    const call = { method: 'POST', path, body: { purpose: wanted(input, 'purpose') } } as const;
    return change<DatabaseCredentials>(context, call, (credentials) => ({
      data: credentials,
      text: `user      ${credentials.username}\npassword  ${credentials.password}\nuntil     ${formatTime(credentials.lease.expiresAt)}\nend it: holdfast secret lease revoke ${credentials.lease.id}\n`,
    }));
  },
};

const removing = (name: 'disconnect' | 'remove', path: string, summary: string): Verb => ({
  name,
  summary,
  words: [NAME],
  examples: [`holdfast secret database ${name} ${name === 'remove' ? 'reporting' : 'main'}`],
  run: (context, input) =>
    change(context, { method: 'DELETE', path: `${path}/${segment(input.words[0] ?? '')}` }, () => ({
      data: { removed: input.words[0] },
      text: `removed ${input.words[0] ?? ''}\n`,
    })),
});

export const database: Verb = {
  name: 'database',
  summary: 'database users on demand',
  verbs: [
    connect,
    role,
    list,
    user,
    removing('remove', ROLES, 'remove a role; users that are lent stay until their time is over'),
    removing('disconnect', CONNECTIONS, 'remove a connection that no role is made of'),
  ],
};

async function setRole(context: Context, input: Input): Promise<Outcome> {
  const [ttl, ttlMax] = [input.text('ttl'), input.text('ttl-max')];
  const body = {
    name: input.words[0],
    connection: wanted(input, 'connection'),
    application: wanted(input, 'app'),
    environment: wanted(input, 'env'),
    creation: await readSql(context, wanted(input, 'sql')),
    ...(ttl === null ? {} : { ttlSeconds: parseDuration(ttl, '--ttl') }),
    ...(ttlMax === null ? {} : { ttlSecondsMax: parseDuration(ttlMax, '--ttl-max') }),
  };
  return change<DatabaseRole>(context, { method: 'PUT', path: ROLES, body }, (made) => ({
    data: made,
    text: `the SQL of ${made.name} was tried at the server and taken back\nnext: holdfast secret database user ${made.name} --purpose WORDS\n`,
  }));
}

async function listAllOf(context: Context): Promise<Outcome> {
  await using api = await context.api();
  const { items: connections } = await api.call<{ items: DatabaseConnection[] }>({ method: 'GET', path: CONNECTIONS });
  const { items: roles } = await api.call<{ items: DatabaseRole[] }>({ method: 'GET', path: ROLES });
  const connectionColumns = [
    { title: 'CONNECTION', value: ({ name }: DatabaseConnection) => name },
    { title: 'ADMINISTERED BY', value: ({ admin }: DatabaseConnection) => refText(admin) },
  ];
  const roleColumns = [
    { title: 'ROLE', value: ({ name }: DatabaseRole) => name },
    { title: 'CONNECTION', value: ({ connection }: DatabaseRole) => connection },
    { title: 'OF', value: ({ application, environment }: DatabaseRole) => `${application}/${environment}` },
    { title: 'GOOD FOR', value: ({ ttlSeconds, ttlSecondsMax }: DatabaseRole) => `${ttlSeconds} s, at most ${ttlSecondsMax} s` },
  ];
  const text = (): string =>
    `${formatTable(connections, connectionColumns, 'no connections')}\n${formatTable(roles, roleColumns, 'no roles')}`;
  return { data: { connections, roles }, text };
}

function readSql({ io }: Context, file: string): Promise<string> {
  return readFile(resolve(io.cwd, file), 'utf8').catch(() => {
    throw new UsageFault(`The file ${file} cannot be read.`);
  });
}

function wanted(input: Input, flag: string): string {
  const text = input.text(flag);
  if (text === null) throw new UsageFault(`Missing: --${flag}.`, 'holdfast secret database --help');
  return text;
}
