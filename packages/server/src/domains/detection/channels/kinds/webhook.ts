import type { ChannelTarget } from '@holdfast/contract';
import { toFinding } from '../ocsf.ts';
import { ChannelFault } from './channel-fault.ts';
import type { Kind } from './kind.ts';
import { post } from './post.ts';
import { signWebhook, webhookKey } from './webhook-signature.ts';

/** One signed request an alert, as Standard Webhooks say. */
export function createWebhook({ url, secret }: Extract<ChannelTarget, { kind: 'webhook' }>, version: string): Kind {
  return {
    batchMax: 1,
    async send([message], signal) {
      if (message === undefined) return 'nothing to tell';
      const key = webhookKey(secret ?? '');
      if (key === null) throw new ChannelFault('it has no secret to sign with');
      const body = JSON.stringify({ ...toFinding(message, version), link: message.link });
      const { id } = message;
      const seconds = Math.floor(message.now / 1000);
      const headers = {
        'content-type': 'application/json',
        'webhook-id': id,
        'webhook-timestamp': String(seconds),
        'webhook-signature': signWebhook(key, { id, seconds, body }),
      };
      const { status } = await post({ url, headers, body, signal });
      return `it answered ${status}`;
    },
  };
}
