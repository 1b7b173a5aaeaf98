import type { ChannelTarget, ChannelTest, ChannelView } from '@holdfast/contract';
import { change, planned } from '../../change.ts';
import { listAll, segment } from '../../connection/client.ts';
import type { Context, Input, Verb } from '../../command.ts';
import { EXIT } from '../../exit-codes.ts';
import type { Outcome } from '../../outcome.ts';
import { formatTable, formatTime } from '../../terminal/table.ts';
import { add } from './channel-add.ts';
import { set } from './channel-set.ts';
import { deadLetters, drop, resend } from './dead-letters.ts';

const PATH = '/api/v1/channels';
const CHANNEL = { name: '<channel>', help: 'name or id' };
const at = (input: Input): string => `${PATH}/${segment(input.words[0] ?? '')}`;

const switching = (name: 'enable' | 'disable', summary: string): Verb => ({
  name,
  summary,
  words: [CHANNEL],
  examples: [`holdfast alert channel ${name} on-call`],
  run: (context, input) =>
    change<ChannelView>(context, { method: 'PATCH', path: at(input), body: { enabled: name === 'enable' } }, (view) => ({
      data: view,
      text: `${name}d ${view.name}\nundo: holdfast alert channel ${name === 'enable' ? 'disable' : 'enable'} ${view.name}\n`,
    })),
});

export const channel: Verb = {
  name: 'channel',
  summary: 'where alerts are told: mail, webhook, chat, syslog, OTLP, file',
  verbs: [
    { name: 'list', summary: 'show all channels and whether they work', examples: ['holdfast alert channel list'], run: list },
    add,
    set,
    switching('enable', 'tell alerts there again; what waits is sent'),
    switching('disable', 'tell nothing there until it is enabled again; what waits is kept'),
    {
      name: 'remove',
      summary: 'forget a channel, its secret and what waits for it',
      words: [CHANNEL],
      examples: ['holdfast alert channel remove on-call'],
      run: (context, input) =>
        change(context, { method: 'DELETE', path: at(input) }, () => ({
          data: { removed: input.words[0] },
          text: `removed ${input.words[0] ?? ''}\n`,
        })),
    },
    {
      name: 'test',
      summary: 'send one message that says it is a test; exit 1 when it does not get through',
      words: [CHANNEL],
      examples: ['holdfast alert channel test on-call'],
      run: test,
    },
    deadLetters,
    resend,
    drop,
  ],
};

/** Where it leads, as far as that is no secret. */
function placeOf(target: ChannelTarget): string {
  switch (target.kind) {
    case 'mail':
      return target.to.join(' ');
    case 'webhook':
    case 'otlp':
      return target.url;
    case 'chat':
      return '(secret)';
    case 'syslog':
      return `${target.host}:${target.port}${target.tls ? '' : ' in clear'}`;
    case 'file':
      return `alerts/${target.file}`;
    default:
      return target satisfies never;
  }
}

async function list(context: Context): Promise<Outcome> {
  await using api = await context.api();
  const channels = await listAll<ChannelView>(api, { method: 'GET', path: PATH });
  const columns = [
    { title: 'NAME', value: (row: ChannelView) => row.name },
    { title: 'KIND', value: (row: ChannelView) => row.target.kind },
    { title: 'STATE', value: (row: ChannelView) => (row.enabled ? row.state : 'disabled') },
    { title: 'FROM', value: (row: ChannelView) => row.severity },
    { title: 'SENT', value: (row: ChannelView) => String(row.sent) },
    { title: 'WAITING', value: (row: ChannelView) => String(row.waiting) },
    { title: 'DEAD', value: (row: ChannelView) => String(row.dead) },
    { title: 'LAST SENT', value: (row: ChannelView) => formatTime(row.lastSentAt) },
    { title: 'WHERE', value: (row: ChannelView) => placeOf(row.target) },
    { title: 'TROUBLE', value: (row: ChannelView) => row.trouble ?? '-' },
  ];
  return { data: { channels }, text: () => formatTable(channels, columns, 'alerts are told nowhere') };
}

async function test(context: Context, input: Input): Promise<Outcome> {
  const path = `${at(input)}/test`;
  if (context.flags.dryRun) return planned({ method: 'POST', path });
  await using api = await context.api();
  const tested = await api.call<ChannelTest>({ method: 'POST', path });
  return {
    data: tested,
    text: `${tested.outcome === 'sent' ? 'sent' : 'not sent'} in ${tested.ms} ms: ${tested.detail}\n`,
    exit: tested.outcome === 'sent' ? EXIT.ok : EXIT.findings,
  };
}
