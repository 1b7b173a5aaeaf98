import type { ChannelTarget } from '@holdfast/contract';
import type { FullLetter } from '../../../../platform/mail/letter.ts';
import { factsOf, titleOf, type Message } from '../message.ts';
import { ChannelFault, wordsOf } from './channel-fault.ts';
import type { Kind } from './kind.ts';

const SUBJECT_CHARS_MAX = 150;

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** Text, and the same as a table without anything that is fetched from elsewhere. */
export function letterOf(message: Message, to: readonly string[]): FullLetter {
  const facts = factsOf(message);
  const title = titleOf(message);
  const rows = facts.map(([label, text]) => {
    const shown = label === 'Look' ? `<a href="${escaped(text)}">${escaped(text)}</a>` : escaped(text);
    return `<tr><th align="left" valign="top">${escaped(label)}</th><td>${shown}</td></tr>`;
  });
  return {
    to: to.join(', '),
    subject: `Holdfast ${title}`.slice(0, SUBJECT_CHARS_MAX),
    text: `${title}\n\n${facts.map(([label, text]) => `${label}: ${text}`).join('\n')}\n`,
    html: `<!doctype html><meta charset="utf-8"><h1>${escaped(title)}</h1><table>${rows.join('')}</table>`,
    messageId: `<${message.id}@holdfast.invalid>`,
  };
}

export interface MailParts {
  readonly deliver: (letter: FullLetter) => Promise<void>;
}

/** One letter an alert, to all at once. */
export function createMail({ to }: Extract<ChannelTarget, { kind: 'mail' }>, { deliver }: MailParts): Kind {
  return {
    batchMax: 1,
    async send([message], signal) {
      if (message === undefined) return 'nothing to tell';
      const ended = new Promise<never>((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(new ChannelFault('the mail server does not answer')), { once: true });
      });
      try {
        await Promise.race([deliver(letterOf(message, to)), ended]);
      } catch (error) {
        throw faultOf(error);
      }
      return 'the letter was handed over';
    },
  };
}

/** RFC 5321 §4.2.1: 5yz is for good, of this letter or of all; which one it does not say. */
function faultOf(error: unknown): ChannelFault {
  if (error instanceof ChannelFault) return error;
  const code = error instanceof Error && 'responseCode' in error ? Number(error.responseCode) : 0;
  // What a mail server says can hold addresses: its number is told.
  if (code >= 400 && code <= 599)
    return new ChannelFault(`the mail server answered ${code}`, { what: code === 552 || code === 554 ? 'refused' : 'away' });
  return new ChannelFault(`the mail server: ${wordsOf(error)}`);
}
