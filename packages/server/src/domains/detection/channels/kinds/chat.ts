import type { ChannelTarget } from '@holdfast/contract';
import { factsOf, titleOf, type Message } from '../message.ts';
import { ChannelFault } from './channel-fault.ts';
import type { Kind } from './kind.ts';
import { post } from './post.ts';

const TEXT_CHARS_MAX = 3500;

/**
 * What chat services read as more than text: `<…>` links and mentions, `@channel`, code, links in brackets. Each gets a sign
 * that looks alike, because services differ in how they escape, and the words come from visitors.
 */
function harmless(text: string): string {
  return text
    .replaceAll('<', '‹')
    .replaceAll('>', '›')
    .replaceAll('`', "'")
    .replaceAll('[', '⁅')
    .replaceAll(']', '⁆')
    .replace(/@(?=channel|here|everyone|all)/giu, '@\u200B');
}

export function chatText(message: Message): string {
  const lines = factsOf(message).map(([label, text]) => `${label}: ${label === 'Look' ? text : harmless(text)}`);
  return [harmless(titleOf(message)), ...lines].join('\n').slice(0, TEXT_CHARS_MAX);
}

export function createChat({ url }: Extract<ChannelTarget, { kind: 'chat' }>): Kind {
  return {
    batchMax: 1,
    async send([message], signal) {
      if (message === undefined) return 'nothing to tell';
      if (url === null) throw new ChannelFault('it has no address');
      const body = JSON.stringify({ text: chatText(message) });
      const { status } = await post({ url, headers: { 'content-type': 'application/json' }, body, signal });
      return `it answered ${status}`;
    },
  };
}
