/**
 * What must hold for one raw request.
 * reject: a refusal status or a closed connection, and nothing of it reaches the application.
 * no-101: no upgrade is granted or forwarded.
 * accept: 200 and exactly one request at the application.
 * accept-no-smuggle: exactly one final answer and at most one request at the application.
 * accept-sanitize: 200, and `marker` is nowhere in what the application got.
 * reject-or-drop: the trailer never reaches the application.
 * deny-admin: what the application would take for /admin, the gateway's own reading takes for /admin too.
 */
export type Verdict = 'reject' | 'no-101' | 'accept' | 'accept-no-smuggle' | 'accept-sanitize' | 'reject-or-drop' | 'deny-admin';

export interface RawCase {
  readonly class: string;
  readonly name: string;
  readonly expect: Verdict;
  readonly bytes: Buffer;
  /** For accept-sanitize and reject-or-drop: text that must not arrive. */
  readonly marker?: string;
}

export const HOST = 'Host: hf.test\r\n';

/** A second request that a smuggling attempt tries to slip past. */
export const SMUGGLED = `GET /smuggled HTTP/1.1\r\n${HOST}\r\n`;

export const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');

export interface CaseText {
  readonly name: string;
  readonly text: string;
  readonly marker?: string;
}

/** Builds the cases of one class that share a verdict. */
export function cases(className: string, expect: Verdict, texts: readonly CaseText[]): RawCase[] {
  return texts.map(({ name, text, marker }) => ({
    class: className,
    name,
    expect,
    bytes: latin1(text),
    ...(marker === undefined ? {} : { marker }),
  }));
}

/** Bytes as readable names: `0x0b`. */
export const byteName = (byte: number): string => `0x${byte.toString(16).padStart(2, '0')}`;
