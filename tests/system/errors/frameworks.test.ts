import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { once } from 'node:events';
import { afterEach, describe, expect, test } from 'vitest';
import { startStand, type Stand } from '../response/stand.ts';
import { CANARIES, FAILURE_PAGES, HONEST, TELLING_HEADERS } from './frameworks.ts';

let stand: Stand;
afterEach(() => stand.close());

async function answerOf(url: string, accept: string): Promise<{ status: number; whole: string; body: string }> {
  const sent = request(url, { headers: { accept } });
  sent.end();
  // The first argument of `response` is the message.
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks).toString('utf8');
  return { status: response.statusCode ?? 0, whole: `${response.rawHeaders.join('\n')}\n\n${body}`, body };
}

const told = (text: string): string[] => Object.values(CANARIES).filter((canary) => text.includes(canary));
const start = async (status: number, type: string, body: string): Promise<void> => {
  stand = await startStand({
    upstream: (_incoming, outgoing) => void outgoing.writeHead(status, { ...TELLING_HEADERS, 'content-type': type }).end(body),
  });
};

describe('a failure that a framework prints', () => {
  test.each(
    FAILURE_PAGES.flatMap((page) =>
      (page.isShownCode === true ? [500, 404] : [500, 200, 400]).map((status) => ({ ...page, status })),
    ),
  )('$framework, $status, $type: nothing of it reaches the visitor, the operator can read it', async ({ type, body, status }) => {
    await start(status, type, body);
    for (const accept of ['text/html', 'application/json']) {
      const answer = await answerOf(stand.url, accept);
      expect(told(answer.whole)).toEqual([]);
      expect(answer.status).toBe(500);
      expect(answer.whole).toContain('0123456789AB');
    }
    expect(stand.records.map(({ problem, outcome }) => [problem, outcome])).toEqual([
      ['application-error', 'failed'],
      ['application-error', 'failed'],
    ]);
    expect(stand.records[0]?.masked).not.toBe('');
  });
});

describe('its innocent twin', () => {
  test.each(HONEST)('$framework passes byte for byte', async ({ type, body, status }) => {
    await start(status, type, body);
    const answer = await answerOf(stand.url, 'text/html');
    expect([answer.status, answer.body]).toEqual([status, body]);
    // The headers that told of the server are gone all the same.
    expect(told(answer.whole)).toEqual([]);
    expect(stand.records[0]?.masked).toBeNull();
  });
});
