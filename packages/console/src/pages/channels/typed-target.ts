import type { ChannelKind, ChannelTarget } from '@holdfast/contract';

/** What was typed for any kind of channel: whoever changes the kind keeps what fits. */
export interface TypedTarget {
  readonly to: string;
  readonly url: string;
  readonly secret: string;
  readonly host: string;
  readonly port: string;
  readonly file: string;
}

export const NOTHING_TYPED: TypedTarget = { to: '', url: '', secret: '', host: '', port: '6514', file: 'alerts.jsonl' };

const orNull = (text: string): string | null => (text === '' ? null : text);

export function targetOf(kind: ChannelKind, { to, url, secret, host, port, file }: TypedTarget): ChannelTarget {
  switch (kind) {
    case 'mail':
      return { kind, to: to.split(/[\s,;]+/u).filter((each) => each !== '') };
    case 'webhook':
      return { kind, url, secret: orNull(secret) };
    case 'chat':
      return { kind, url };
    case 'syslog':
      return { kind, host, port: Number(port), tls: true, ca: orNull(secret) };
    case 'otlp':
      return { kind, url, authorization: orNull(secret) };
    case 'file':
      return { kind, file };
  }
}
