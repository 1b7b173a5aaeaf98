import { connect as connectPlain, isIP, type Socket } from 'node:net';
import { hostname } from 'node:os';
import { connect as connectSecure, rootCertificates } from 'node:tls';
import type { ChannelTarget, EventRecord } from '@holdfast/contract';
import { guardedLookup, hostFault, OutgoingFault } from '../../../../platform/http/outgoing.ts';
import { onOneLine, titleOf, type Message } from '../message.ts';
import { ChannelFault, wordsOf } from './channel-fault.ts';
import type { Kind } from './kind.ts';

type SyslogTarget = Extract<ChannelTarget, { kind: 'syslog' }>;

/** RFC 5424 §6.2.1: security/authorization messages. */
const FACILITY = 10;
const LEVELS: Readonly<Record<EventRecord['severity'], number>> = { info: 6, low: 5, medium: 4, high: 3, critical: 2 };
/** RFC 5424 §6.3.2 wants the number of an enterprise; this one is free for whoever has none (RFC 5612). */
const SD_ID = 'holdfast@32473';
/** RFC 5424 §6.1: what every receiver should take. */
const MESSAGE_BYTES_MAX = 8192;
/** Some receivers leave a connection open that the sender has closed; by then they had what was sent. */
const CLOSING_MS = 2000;

/** RFC 5424 §6: printable ASCII without spaces. */
const field = (text: string, max: number): string => text.replace(/[^\u0021-\u007E]/gu, '').slice(0, max) || '-';
/** RFC 5424 §6.3.3: three signs are escaped. */
const value = (text: string): string =>
  onOneLine(text)
    .slice(0, 512)
    .replace(/["\\\]]/gu, '\\$&');

export function syslogLine(message: Message): string {
  const { alert, link, isTest } = message;
  const parameters: readonly (readonly [string, string])[] = [
    ['id', alert.id],
    ['message', message.id],
    ['severity', alert.severity],
    ['kind', alert.kind],
    ['detector', alert.detector],
    ['entityKind', alert.entity.kind],
    ['entity', alert.entity.value],
    ['times', String(alert.times)],
    ...(alert.application === null ? [] : [['application', alert.application] as const]),
    ...(alert.index === null ? [] : [['ledger', String(alert.index)] as const]),
    ...(link === null ? [] : [['link', link] as const]),
    ...(isTest ? [['test', 'true'] as const] : []),
  ];
  const data = parameters.map(([name, text]) => ` ${name}="${value(text)}"`).join('');
  const time = new Date(alert.lastAt).toISOString();
  const head = `<${FACILITY * 8 + LEVELS[alert.severity]}>1 ${time} ${field(hostname(), 255)} holdfast ${process.pid} alert`;
  return `${head} [${SD_ID}${data}] ${titleOf(message)}: ${onOneLine(alert.reason)}`;
}

/** Octet counting (RFC 6587 §3.4.1, RFC 5425 §4.3): the length, a space, the message. */
export function framed(line: string): Buffer {
  let bytes: Buffer = Buffer.from(line, 'utf8');
  if (bytes.length > MESSAGE_BYTES_MAX) {
    // Not in the middle of a character: continuation bytes begin with 10.
    let end = MESSAGE_BYTES_MAX;
    while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
    bytes = bytes.subarray(0, end);
  }
  return Buffer.concat([Buffer.from(`${bytes.length} `, 'ascii'), bytes]);
}

/**
 * RFC 5424 over TLS (RFC 5425). Nobody confirms a message there, so each batch has a connection of its own, which we close and
 * whose end we wait for: a receiver that goes away before it has read everything resets it, and everything is sent again.
 */
export function createSyslog(target: SyslogTarget): Kind {
  return {
    batchMax: 20,
    async send(messages, signal) {
      const fault = hostFault(target.host, { isPlain: !target.tls });
      if (fault !== null) throw new ChannelFault(fault);
      const bytes = Buffer.concat(messages.map((message) => framed(syslogLine(message))));
      try {
        await deliver(target, bytes, signal);
      } catch (error) {
        throw error instanceof ChannelFault || error instanceof OutgoingFault
          ? new ChannelFault(error.message)
          : new ChannelFault(wordsOf(error));
      }
      return `${messages.length} sent${target.tls ? ' over TLS' : ''}`;
    },
  };
}

function open({ host, port, tls, ca }: SyslogTarget): { socket: Socket; ready: 'secureConnect' | 'connect' } {
  const lookup = guardedLookup({ isPlain: !tls });
  if (!tls) return { socket: connectPlain({ host, port, lookup }), ready: 'connect' };
  const name = isIP(host) === 0 ? { servername: host } : {};
  const roots = ca === null ? {} : { ca: [...rootCertificates, ca] };
  return { socket: connectSecure({ host, port, lookup, minVersion: 'TLSv1.2', ...name, ...roots }), ready: 'secureConnect' };
}

function deliver(target: SyslogTarget, bytes: Buffer, signal: AbortSignal): Promise<void> {
  const { socket, ready } = open(target);
  return new Promise<void>((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined;
    const stop = (): void => void socket.destroy(new ChannelFault('it did not answer in time'));
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    let isWritten = false;
    socket.once(ready, () => {
      socket.end(bytes, () => {
        isWritten = true;
        timer = setTimeout(() => socket.destroy(), CLOSING_MS);
      });
    });
    // Read, so that its end is seen.
    socket.resume();
    socket.on('error', reject);
    socket.once('close', () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
      if (isWritten) resolve();
      else reject(new ChannelFault('it closed the connection'));
    });
  });
}
