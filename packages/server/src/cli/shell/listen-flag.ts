import { isPrivateListen } from '../../platform/config/listen.ts';
import { Refusal } from '../../platform/refusal.ts';
import { UsageFault } from '../fault.ts';

/**
 * What `--listen` stands for. `HOST:PORT` and `https://HOST:PORT` serve HTTPS; `http://HOST:PORT` serves plain HTTP behind
 * an existing TLS terminator, and only where nobody else can listen in.
 */
export function listenSettings(flag: string): ReadonlyMap<string, string> {
  const [, scheme = '', place = ''] = /^(?:(https?):\/\/)?([^/]+)\/?$/u.exec(flag) ?? [];
  if (place === '') throw new UsageFault('--listen wants HOST:PORT or http://HOST:PORT.', 'holdfast up --help');
  if (scheme !== 'http') return new Map([['listen.https', place]]);
  if (!isPrivateListen(place)) {
    throw new Refusal('listen-unsafe', {
      detail: `Plain HTTP on ${place} could be read and changed on its way: only loopback and private addresses are served without TLS.`,
    });
  }
  return new Map([
    ['listen.plain', place],
    ['listen.https', 'off'],
    ['listen.http', 'off'],
  ]);
}
