import type { ChannelTarget, ChannelView } from '@holdfast/contract';
import { planned } from '../../change.ts';
import { segment } from '../../connection/client.ts';
import type { Context, Input, Verb } from '../../command.ts';
import { UsageFault } from '../../fault.ts';
import type { Outcome } from '../../outcome.ts';
import { FILTERS, filtersOf, portOf } from './channel-options.ts';
import { readSecret, readText, SECRET_OPTIONS } from './secret-source.ts';

const HELP = 'holdfast alert channel set --help';

export const set: Verb = {
  name: 'set',
  summary: 'change where, what and when a channel is told',
  about: 'What is not said stays, also its secret; only a login of OTLP is forgotten when it would go to another server.',
  words: [{ name: '<channel>', help: 'name or id' }],
  options: [
    ...FILTERS,
    { flags: '--to <address...>', help: 'mail: who gets it' },
    { flags: '--url <url>', help: 'webhook, otlp: where to' },
    { flags: '--host <name>', help: 'syslog: the receiver' },
    { flags: '--port <number>', help: 'syslog: its port' },
    { flags: '--ca-file <file>', help: 'syslog: roots to trust, PEM' },
    { flags: '--file <name>', help: 'file: below alerts/ in the data directory' },
    ...SECRET_OPTIONS,
  ],
  examples: ['holdfast alert channel set on-call --severity critical --quiet-hours none'],
  run: setOne,
};

async function setOne(context: Context, input: Input): Promise<Outcome> {
  const path = `/api/v1/channels/${segment(input.words[0] ?? '')}`;
  await using api = await context.api();
  const before = await api.call<ChannelView>({ method: 'GET', path });
  const target = await targetOf(context, input, before.target);
  const body = { ...filtersOf(input), ...(target === null ? {} : { target }) };
  if (Object.keys(body).length === 0) throw new UsageFault('Say what to change.', HELP);
  if (context.flags.dryRun)
    return planned({ method: 'PATCH', path, body: target === null ? body : { ...body, target: { kind: target.kind } } });
  const view = await api.call<ChannelView>({ method: 'PATCH', path, body });
  return { data: view, text: `changed ${view.name}\nnext: holdfast alert channel test ${view.name}\n` };
}

/** Null = nothing of where it leads was said. A secret that is null stays. */
async function targetOf(context: Context, input: Input, before: ChannelTarget): Promise<ChannelTarget | null> {
  const said = ['to', 'url', 'host', 'port', 'caFile', 'file', 'secretFile', 'stdin'].filter((name) => input.isSet(name));
  if (said.length === 0) return null;
  const allowed = FIELDS[before.kind];
  const stranger = said.find((name) => !allowed.includes(name));
  if (stranger !== undefined)
    throw new UsageFault(`A channel of kind ${before.kind} has no --${stranger.replace('File', '-file')}.`, HELP);
  const secret = await readSecret(context, input, null);
  const url = input.text('url');
  switch (before.kind) {
    case 'mail':
      return { ...before, to: [...input.list('to')] };
    case 'webhook':
      return { ...before, url: url ?? before.url, secret };
    case 'chat':
      return { ...before, url: secret };
    case 'otlp':
      return { ...before, url: url ?? before.url, authorization: secret };
    case 'file':
      return { ...before, file: input.text('file') ?? before.file };
    case 'syslog': {
      const ca = input.text('caFile');
      const port = portOf(input.text('port')) ?? before.port;
      return {
        ...before,
        host: input.text('host') ?? before.host,
        port,
        ca: ca === null ? before.ca : await readText(context, ca),
      };
    }
    default:
      return before satisfies never;
  }
}

const FIELDS: Readonly<Record<ChannelTarget['kind'], readonly string[]>> = {
  mail: ['to'],
  webhook: ['url', 'secretFile', 'stdin'],
  chat: ['secretFile', 'stdin'],
  syslog: ['host', 'port', 'caFile'],
  otlp: ['url', 'secretFile', 'stdin'],
  file: ['file'],
};
