import type { AllowView, BanView } from '@holdfast/contract';
import { change, planned } from '../change.ts';
import { listAll, segment } from '../connection/client.ts';
import type { BranchBody, Context, Input, Verb } from '../command.ts';
import type { Outcome } from '../outcome.ts';
import { parseDuration } from '../words/duration.ts';
import { UsageFault } from '../fault.ts';
import { bansOn, ownAddresses } from '../host/own-addresses.ts';
import { formatTable, formatTime } from '../terminal/table.ts';

const BANS = '/api/v1/bans';
const ALLOWS = '/api/v1/allows';
const REASON = 'by the operator on the command line';

const allow: Verb = {
  name: 'allow',
  summary: 'addresses that are never refused; allow comes before ban',
  verbs: [
    { name: 'list', summary: 'show the allow-list', examples: ['holdfast ban allow list'], run: listAllows },
    {
      name: 'add',
      summary: 'never refuse an address or prefix',
      words: [{ name: '<prefix>', help: 'address or prefix' }],
      options: [{ flags: '--reason <text>', help: 'why; kept in the ledger' }],
      examples: ["holdfast ban allow add 203.0.113.10 --reason 'our office'"],
      run(context, input) {
        const body = { prefix: input.words[0], reason: input.text('reason') ?? REASON };
        return change<AllowView>(context, { method: 'POST', path: ALLOWS, body }, (view) => ({
          data: view,
          text: `allowed ${view.prefix}\n`,
        }));
      },
    },
    {
      name: 'remove',
      summary: 'take an address off the allow-list',
      words: [{ name: '<prefix>', help: 'as the list shows it' }],
      examples: ['holdfast ban allow remove 203.0.113.10'],
      run(context, input) {
        const prefix = input.words[0] ?? '';
        const call = { method: 'DELETE', path: `${ALLOWS}/${segment(prefix)}` } as const;
        return change(context, call, () => ({ data: { removed: [prefix] }, text: `no longer allowed ${prefix}\n` }));
      },
    },
  ],
};

export const ban: BranchBody = {
  about: 'Works with the server up or down. Loopback and allow-listed addresses can never be banned.',
  verbs: [
    {
      name: 'list',
      summary: 'show who is banned',
      options: [{ flags: '--allow', help: 'show the allow-list instead' }],
      examples: ['holdfast ban list', 'holdfast ban list --allow'],
      run: (context, input) => (input.isSet('allow') ? listAllows(context) : listBans(context)),
    },
    {
      name: 'add',
      summary: 'refuse an address or prefix',
      words: [{ name: '<prefix>', help: 'address or prefix, for example 192.0.2.7 or 2001:db8::/64' }],
      options: [
        { flags: '--for <time>', help: 'how long (1h)' },
        { flags: '--forever', help: 'until it is lifted' },
        { flags: '--reason <text>', help: 'why; kept in the ledger' },
      ],
      examples: ["holdfast ban add 192.0.2.7 --for 2h --reason 'password guessing'", 'holdfast ban add 2001:db8:1::/48'],
      run: addBan,
    },
    {
      name: 'remove',
      summary: 'lift a ban',
      words: [{ name: '[prefix]', help: 'as the list shows it' }],
      options: [{ flags: '--mine', help: 'every ban that holds an address of yours (from SSH) or of this host' }],
      examples: ['holdfast ban remove 192.0.2.7', 'holdfast ban remove --mine'],
      run: removeBan,
    },
    allow,
  ],
};

async function listBans(context: Context): Promise<Outcome> {
  await using api = await context.api();
  const bans = await listAll<BanView>(api, { method: 'GET', path: BANS });
  const columns = [
    { title: 'PREFIX', value: (row: BanView) => row.prefix },
    { title: 'UNTIL', value: (row: BanView) => (row.expiresAt === null ? 'lifted' : formatTime(row.expiresAt)) },
    { title: 'BY', value: (row: BanView) => row.createdBy },
    { title: 'REASON', value: (row: BanView) => row.reason },
  ];
  return { data: { bans }, text: () => formatTable(bans, columns, 'nobody is banned') };
}

async function listAllows(context: Context): Promise<Outcome> {
  await using api = await context.api();
  const allows = await listAll<AllowView>(api, { method: 'GET', path: ALLOWS });
  const columns = [
    { title: 'PREFIX', value: (row: AllowView) => row.prefix },
    { title: 'FROM', value: (row: AllowView) => row.origin },
    { title: 'REASON', value: (row: AllowView) => row.reason },
  ];
  return { data: { allows }, text: () => formatTable(allows, columns, 'the allow-list is empty') };
}

async function addBan(context: Context, input: Input): Promise<Outcome> {
  const time = input.text('for');
  if (time !== null && input.isSet('forever')) throw new UsageFault('Use either --for or --forever.', 'holdfast ban add --help');
  const forSeconds = input.isSet('forever')
    ? { forSeconds: null }
    : time === null
      ? {}
      : { forSeconds: parseDuration(time, '--for') };
  const body = { prefix: input.words[0], reason: input.text('reason') ?? REASON, ...forSeconds };
  return change<BanView>(context, { method: 'POST', path: BANS, body }, (view) => ({
    data: view,
    text: `banned ${view.prefix} until ${view.expiresAt === null ? 'it is lifted' : formatTime(view.expiresAt)}\nundo: holdfast ban remove ${view.prefix}\n`,
  }));
}

async function removeBan(context: Context, input: Input): Promise<Outcome> {
  const prefix = input.words[0];
  if ((prefix === undefined) === !input.isSet('mine'))
    throw new UsageFault('Name a prefix, or use --mine.', 'holdfast ban remove --help');
  if (prefix !== undefined && context.flags.dryRun) return planned({ method: 'DELETE', path: `${BANS}/${segment(prefix)}` });
  await using api = await context.api();
  const chosen =
    prefix === undefined
      ? bansOn(
          ownAddresses(context.io.env),
          (await listAll<BanView>(api, { method: 'GET', path: BANS })).map((row) => row.prefix),
        )
      : [prefix];
  if (!context.flags.dryRun) for (const one of chosen) await api.call({ method: 'DELETE', path: `${BANS}/${segment(one)}` });
  const verb = context.flags.dryRun ? 'would lift' : 'lifted';
  return {
    data: { removed: chosen, dryRun: context.flags.dryRun },
    text: chosen.length === 0 ? 'no ban holds an address of yours\n' : `${verb} ${chosen.join(', ')}\n`,
  };
}
