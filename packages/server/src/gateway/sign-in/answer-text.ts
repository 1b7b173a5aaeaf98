import type { Exchange, SignInAttempt } from '../exchange.ts';
import { takeHead } from '../response/body-head.ts';
import { codingOf } from '../response/content-coding.ts';
import { decodeBeginning } from '../response/masking.ts';
import type { UpstreamResponse } from '../response/respond.ts';
import { headerValue } from '../response/upstream-headers.ts';

/** A page that says "wrong password" says so near its beginning. */
const READ_BYTES_MAX = 65_536;

/** The beginning of an answer as text, and the answer, of which nothing is missing. */
export interface ReadAnswer {
  readonly text: string | null;
  readonly answer: UpstreamResponse;
}

/** Reads only where a rule asks for the text. */
export async function readAnswerText(answer: UpstreamResponse, { observer }: SignInAttempt): Promise<ReadAnswer> {
  if ((observer.success?.body ?? observer.failure?.body ?? null) === null) return { text: null, answer };
  const whole = answer.whole ?? null;
  if (whole !== null) return { text: await textOf(answer, Buffer.from(whole)), answer };
  const { body, status, headers } = answer;
  try {
    const head = await takeHead(body, READ_BYTES_MAX);
    const text = await textOf(answer, head.bytes);
    if (head.complete) return { text, answer: { status, headers, whole: head.bytes, body } };
    body.unshift(head.bytes);
    return { text, answer: { status, headers, body } };
  } catch {
    // It broke off: whoever sends it on meets the same.
    return { text: null, answer };
  }
}

async function textOf({ headers }: UpstreamResponse, bytes: Buffer): Promise<string> {
  const lower = headers.map(([name, value]): readonly [string, string] => [name.toLowerCase(), value]);
  const plain = await decodeBeginning(bytes.subarray(0, READ_BYTES_MAX), codingOf(headerValue(lower, 'content-encoding')));
  return plain.toString('utf8');
}

/** Whether the visitor sent this text: a page that repeats it would say of a failure what the visitor wants. */
export function isRepeated({ canonical, head }: Exchange, text: string): boolean {
  return head.query.includes(text) || (canonical?.fields.some(({ value }) => value.includes(text)) ?? true);
}
