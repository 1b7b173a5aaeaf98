import { describe, expect, it } from 'vitest';
import { AnswerReader } from './answer-reader.ts';

interface Reading {
  readonly answers: { status: number; headers: readonly (readonly string[])[]; body: string; mayReuse: boolean }[];
  /** An answer that has begun and not ended. */
  readonly isOpen: boolean;
  readonly isFault: boolean;
}

interface Given {
  readonly method?: string;
  readonly closes?: boolean;
  /** Bytes a packet. */
  readonly step?: number;
}

function read(text: string, { method = 'GET', closes = false, step = text.length }: Given = {}): Reading {
  const answers: Reading['answers'] = [];
  let open: Reading['answers'][number] | null = null;
  const reader = new AnswerReader({
    head: (status, headers) => void (open = { status, headers, body: '', mayReuse: false }),
    data: (content) => void (open !== null && (open.body += content.toString('latin1'))),
    end: ({ mayReuse }) => {
      if (open !== null) answers.push({ ...open, mayReuse });
      open = null;
    },
  });
  reader.expect(method);
  let isFault = false;
  for (let at = 0; at < text.length && !isFault; at += step) {
    isFault = !reader.push(Buffer.from(text.slice(at, at + step), 'latin1'));
  }
  if (closes && !isFault) isFault = !reader.close() && open !== null;
  return { answers, isOpen: open !== null, isFault };
}

const head = (...lines: readonly string[]): string => ['HTTP/1.1 200 OK', ...lines, '', ''].join('\r\n');

describe('an answer of an application', () => {
  const chunked = `${head('Transfer-Encoding: Chunked', 'X-A:  b c\t')}3\r\nabc\r\nA;x="y"\r\n0123456789\r\n0\r\nX-Trailer: 1\r\n\r\n`;

  it('is read the same however it is cut into packets', () => {
    const early = 'HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n';
    for (const text of [chunked, early + chunked, `${head('content-length: 13')}abc0123456789`]) {
      for (let step = 1; step <= text.length; step += 1) {
        const { answers, isFault } = read(text, { step });
        expect(isFault).toBe(false);
        expect(answers, `${step} bytes a packet`).toEqual([expect.objectContaining({ body: 'abc0123456789', mayReuse: true })]);
      }
    }
  });

  it('keeps its fields in order, with names in lower case and without the space around values', () => {
    const { answers } = read(head('Set-Cookie: a=1', 'SET-COOKIE:b=2 \t', 'X-Empty:', 'Content-Length: 0'));
    const headers = [
      ['set-cookie', 'a=1'],
      ['set-cookie', 'b=2'],
      ['x-empty', ''],
      ['content-length', '0'],
    ];
    expect(answers).toEqual([{ status: 200, headers, body: '', mayReuse: true }]);
    expect(read('HTTP/1.1 404\r\n\r\n', { closes: true }).answers).toMatchObject([{ status: 404, headers: [] }]);
  });

  it.each([
    ['HEAD', head('Content-Length: 5'), 200],
    ['GET', 'HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n', 304],
    ['GET', 'HTTP/1.1 204 No Content\r\n\r\n', 204],
  ])('to %s has no body where there is none: %j', (method, text, status) => {
    expect(read(text, { method }).answers).toMatchObject([{ status, body: '' }]);
  });

  it('ends with its connection when it states no length, and only then', () => {
    const text = `${head('Content-Type: text/plain')}hello`;
    expect(read(text)).toMatchObject({ answers: [], isOpen: true, isFault: false });
    expect(read(text, { closes: true }).answers).toMatchObject([{ body: 'hello', mayReuse: false }]);
    expect(read(`${head('Content-Length: 9')}hello`, { closes: true })).toMatchObject({ answers: [], isFault: true });
    expect(read(chunked.slice(0, -3), { closes: true })).toMatchObject({ answers: [], isFault: true });
  });

  it.each([
    ['says so', head('Connection: Close', 'Content-Length: 2')],
    ['says so among others', head('Connection: x-a, close', 'Content-Length: 2')],
    ['is of HTTP/1.0', 'HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n'],
    ['is followed by more bytes', `${head('Content-Length: 2')}okHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n`],
    ['is chunked and followed by more bytes', `${head('Transfer-Encoding: chunked')}2\r\nok\r\n0\r\n\r\nHTTP/1.1 200 OK\r\n\r\n`],
  ])('lets nobody else use the connection when it %s', (_what, text) => {
    const body = text.includes('\r\n\r\nok') || text.includes('chunked') ? text : `${text}ok`;
    expect(read(body).answers).toMatchObject([{ body: 'ok', mayReuse: false }]);
  });

  it('to HEAD, or without content, lets nobody else use the connection where a body may follow', () => {
    expect(read(head('Content-Length: 5'), { method: 'HEAD' }).answers).toMatchObject([{ mayReuse: false }]);
    expect(read('HTTP/1.1 204 OK\r\nContent-Length: 5\r\n\r\n').answers).toMatchObject([{ mayReuse: false }]);
    expect(read('HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n').answers).toMatchObject([{ mayReuse: true }]);
    expect(read('HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n').answers).toMatchObject([
      { mayReuse: true },
    ]);
  });

  it.each([
    ['two lengths', head('Content-Length: 5', 'Content-Length: 50')],
    ['the same length twice', head('Content-Length: 5', 'Content-Length: 5')],
    ['a list of lengths', head('Content-Length: 5, 5')],
    ['a signed length', head('Content-Length: +5')],
    ['a length and chunks', head('Content-Length: 5', 'Transfer-Encoding: chunked')],
    ['another coding', head('Transfer-Encoding: gzip, chunked')],
    ['chunks twice', head('Transfer-Encoding: chunked', 'Transfer-Encoding: chunked')],
    ['chunks in HTTP/1.0', 'HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n'],
    ['a space before the colon', head('Content-Length : 5')],
    ['a folded line', head('X-A: b', ' Content-Length: 5')],
    ['a bare line feed', head('X-A: b\nContent-Length: 5')],
    ['a bare carriage return', head('X-A: b\rContent-Length: 5')],
    ['a zero byte', head('X-A: b\0')],
    ['a line without a colon', head('X-A')],
    ['no name', head(': b')],
    ['another protocol', '220 mail ESMTP\r\n\r\n'],
    ['another version', 'HTTP/2.0 200 OK\r\n\r\n'],
    ['a status of four digits', 'HTTP/1.1 2000 OK\r\n\r\n'],
    ['a change of protocol', 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n'],
    ['a chunk size with a sign', `${head('Transfer-Encoding: chunked')}+3\r\nabc\r\n0\r\n\r\n`],
    ['a chunk size with 0x', `${head('Transfer-Encoding: chunked')}0x3\r\nabc\r\n0\r\n\r\n`],
    ['a chunk size that is too large', `${head('Transfer-Encoding: chunked')}fffffffffffffff\r\nabc`],
    ['a chunk longer than it says', `${head('Transfer-Encoding: chunked')}3\r\nabcd\r\n0\r\n\r\n`],
    ['a chunk size that ends in a line feed', `${head('Transfer-Encoding: chunked')}3\nabc\r\n0\r\n\r\n`],
    ['endless extensions', `${head('Transfer-Encoding: chunked')}3;${'x'.repeat(9000)}\r\nabc\r\n0\r\n\r\n`],
    ['endless trailers', `${head('Transfer-Encoding: chunked')}0\r\n${'X: y\r\n'.repeat(100)}\r\n`],
    ['an endless head', `HTTP/1.1 200 OK\r\nX: ${'y'.repeat(70_000)}`],
    ['too many fields', head(...Array.from({ length: 300 }, (_, at) => `X-${at}: y`))],
  ])('with %s is none', (_what, text) => {
    expect(read(text)).toMatchObject({ answers: [], isFault: true });
    expect(read(text, { step: 7 })).toMatchObject({ answers: [], isFault: true });
  });

  it('that nobody asked for is none', () => {
    const reader = new AnswerReader({ head: () => undefined, data: () => undefined, end: () => undefined });
    expect(reader.push(Buffer.from(head('Content-Length: 0')))).toBe(false);
  });
});
