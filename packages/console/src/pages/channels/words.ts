import type { ChannelKind, ChannelTarget, ChannelView } from '@holdfast/contract';
import type { Tone } from '../../ui/Badge.tsx';

export const KIND_WORDS: Readonly<Record<ChannelKind, string>> = {
  mail: 'E-mail',
  webhook: 'Webhook, signed',
  chat: 'Chat',
  syslog: 'Syslog',
  otlp: 'OpenTelemetry logs',
  file: 'File of OCSF lines',
};

type State = ChannelView['state'];
export const STATE_WORDS: Readonly<Record<State, string>> = { working: 'Works', failing: 'Fails', unused: 'Nothing sent yet' };
export const STATE_TONES: Readonly<Record<State, Tone>> = { working: 'ok', failing: 'stop', unused: 'plain' };

/** Where a channel leads, without its secret. */
export function sayTarget(target: ChannelTarget): string {
  switch (target.kind) {
    case 'mail':
      return target.to.join(', ');
    case 'webhook':
    case 'otlp':
      return target.url;
    case 'chat':
      return target.url ?? 'address not shown';
    case 'syslog':
      return `${target.host}:${target.port}${target.tls ? ' over TLS' : ''}`;
    case 'file':
      return target.file;
  }
}
