import type { ChannelTarget } from '@holdfast/contract';
import { hostFault, outgoingFault } from '../../../platform/http/outgoing.ts';
import { Refusal } from '../../../platform/refusal.ts';
import { webhookKey } from './kinds/webhook-signature.ts';

/** As people see it: what opens a door is left out. */
export function withoutSecrets(target: ChannelTarget): ChannelTarget {
  switch (target.kind) {
    case 'webhook':
      return { ...target, secret: null };
    case 'chat':
      // Its address is its secret.
      return { ...target, url: null };
    case 'otlp':
      return { ...target, authorization: null };
    case 'mail':
    case 'syslog':
    case 'file':
      return target;
    default:
      return target satisfies never;
  }
}

const isSameOrigin = (left: string, right: string): boolean => new URL(left).origin === new URL(right).origin;

/**
 * What is not given stays as it was. A credential stays with the place that it was given for: whoever may change a channel
 * must not learn it by naming another place.
 */
export function keepSecrets(next: ChannelTarget, before: ChannelTarget): ChannelTarget {
  if (next.kind === 'webhook' && before.kind === 'webhook') return { ...next, secret: next.secret ?? before.secret };
  if (next.kind === 'chat' && before.kind === 'chat') return { ...next, url: next.url ?? before.url };
  if (next.kind === 'otlp' && before.kind === 'otlp' && isSameOrigin(next.url, before.url))
    return { ...next, authorization: next.authorization ?? before.authorization };
  return next;
}

function faultOf(target: ChannelTarget): readonly [field: string, detail: string] | null {
  const named = (field: string, detail: string | null) => (detail === null ? null : ([field, detail] as const));
  switch (target.kind) {
    case 'webhook':
      if (target.secret === null || webhookKey(target.secret) === null)
        return ['secret', 'a secret is needed, of 24 bytes or more: whsec_ and base64, or a text'];
      return named('url', outgoingFault(new URL(target.url)));
    case 'chat':
      return named('url', target.url === null ? 'an address is needed' : outgoingFault(new URL(target.url)));
    case 'otlp':
      // Node refuses a header with them when it is too late to say so.
      if (target.authorization !== null && !/^[\u0020-\u007E]+$/u.test(target.authorization))
        return ['authorization', 'only letters, digits and signs of ASCII'];
      return named('url', outgoingFault(new URL(target.url)));
    case 'syslog':
      if (!/^[A-Za-z0-9_.:-]+$/u.test(target.host)) return ['host', 'a name or an address'];
      return named('host', hostFault(target.host, { isPlain: !target.tls }));
    case 'mail':
    case 'file':
      return null;
    default:
      return target satisfies never;
  }
}

export function assertTarget(target: ChannelTarget): void {
  const fault = faultOf(target);
  if (fault !== null) throw new Refusal('input-invalid', { errors: [{ pointer: `/target/${fault[0]}`, detail: fault[1] }] });
}
