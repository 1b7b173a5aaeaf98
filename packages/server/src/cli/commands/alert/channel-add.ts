import type { ChannelKind, ChannelTarget, ChannelView } from '@holdfast/contract';
import { change } from '../../change.ts';
import type { Context, Input, OptionDefinition, Verb } from '../../command.ts';
import { UsageFault } from '../../fault.ts';
import { FILTERS, filtersOf, portOf } from './channel-options.ts';
import { readSecret, readText, SECRET_OPTIONS } from './secret-source.ts';

const NAME = { name: '<name>', help: 'lower-case letters, digits and hyphens' };
const SYSLOG_PORT = 6514;

interface Adding {
  readonly kind: ChannelKind;
  readonly summary: string;
  readonly about?: string;
  readonly options: readonly OptionDefinition[];
  readonly examples: readonly string[];
  readonly target: (context: Context, input: Input) => Promise<ChannelTarget>;
}

function wanted(input: Input, option: string): string {
  const text = input.text(option);
  if (text === null) throw new UsageFault(`Say --${option}.`, 'holdfast alert channel add --help');
  return text;
}

const adding = ({ kind, summary, about, options, examples, target }: Adding): Verb => ({
  name: kind,
  summary,
  ...(about === undefined ? {} : { about }),
  words: [NAME],
  options: [...options, ...FILTERS],
  examples,
  run: async (context, input) => {
    const body = { name: input.words[0], target: await target(context, input), ...filtersOf(input) };
    // A dry run shows the call, and no secret.
    const shown = context.flags.dryRun ? { ...body, target: { kind } } : body;
    return change<ChannelView>(context, { method: 'POST', path: '/api/v1/channels', body: shown }, (view) => ({
      data: view,
      text: `added ${view.name}\nnext: holdfast alert channel test ${view.name}\n`,
    }));
  },
});

const mail = adding({
  kind: 'mail',
  summary: 'tell alerts by letter, through the mail server of the configuration',
  options: [{ flags: '--to <address...>', help: 'who gets it' }],
  examples: ['holdfast alert channel add mail on-call --to on-call@example.com --severity high'],
  target: async (_context, input) => {
    const to = [...input.list('to')];
    if (to.length === 0) throw new UsageFault('Say who gets it: --to ADDRESS.', 'holdfast alert channel add mail --help');
    return Promise.resolve({ kind: 'mail', to });
  },
});

const webhook = adding({
  kind: 'webhook',
  summary: 'tell alerts as signed requests (Standard Webhooks), each an OCSF detection finding',
  about:
    'The secret signs each request. It is a text of 24 characters or more, or whsec_ and base64, and whoever receives has it too.',
  options: [{ flags: '--url <url>', help: 'https, or http in a private network' }, ...SECRET_OPTIONS],
  examples: ['holdfast alert channel add webhook soc --url https://soc.example.com/alerts --secret-file webhook.secret'],
  target: async (context, input) => {
    const url = wanted(input, 'url');
    return { kind: 'webhook', url, secret: await readSecret(context, input, { question: 'Secret (not shown): ' }) };
  },
});

const chat = adding({
  kind: 'chat',
  summary: 'tell alerts in a chat that takes {"text": …}',
  about: 'The address of such a chat is its secret, so it comes from a file, from stdin or from a prompt.',
  options: SECRET_OPTIONS,
  examples: ['holdfast alert channel add chat team --secret-file chat-url --severity high'],
  target: async (context, input) => ({
    kind: 'chat',
    url: await readSecret(context, input, { question: 'Address (not shown): ' }),
  }),
});

const syslog = adding({
  kind: 'syslog',
  summary: 'tell alerts by syslog over TLS (RFC 5424, RFC 5425)',
  options: [
    { flags: '--host <name>', help: 'name or address of the receiver' },
    { flags: '--port <number>', help: `${SYSLOG_PORT} unless said` },
    { flags: '--ca-file <file>', help: 'roots to trust besides those that come with Holdfast, PEM' },
    { flags: '--no-tls', help: 'in clear, to this machine or a private network' },
  ],
  examples: ['holdfast alert channel add syslog siem --host siem.example.com --ca-file ca.pem'],
  target: async (context, input) => {
    const ca = input.text('caFile');
    return {
      kind: 'syslog',
      host: wanted(input, 'host'),
      port: portOf(input.text('port')) ?? SYSLOG_PORT,
      tls: !input.isOff('tls'),
      ca: ca === null ? null : await readText(context, ca),
    };
  },
});

const otlp = adding({
  kind: 'otlp',
  summary: 'tell alerts as log records over OTLP/HTTP, in JSON',
  about: 'Where the collector wants a login, the secret is the value of its Authorization header.',
  options: [
    { flags: '--url <url>', help: 'https, or http in a private network; /v1/logs is added where it has no path' },
    ...SECRET_OPTIONS,
  ],
  examples: ['holdfast alert channel add otlp collector --url http://127.0.0.1:4318'],
  target: async (context, input) => ({
    kind: 'otlp',
    url: wanted(input, 'url'),
    authorization: await readSecret(context, input, null),
  }),
});

const file = adding({
  kind: 'file',
  summary: 'write alerts into a file in the data directory, as OCSF JSON lines',
  options: [{ flags: '--file <name>', help: 'below alerts/ in the data directory; alerts.jsonl unless said' }],
  examples: ['holdfast alert channel add file archive --severity info'],
  target: async (_context, input) => Promise.resolve({ kind: 'file', file: input.text('file') ?? 'alerts.jsonl' }),
});

export const add: Verb = {
  name: 'add',
  summary: 'tell alerts at one more place',
  verbs: [mail, webhook, chat, syslog, otlp, file],
};
