import { Socket } from 'node:net';

/**
 * Loaded into the scanner's process: the one host name that it scans leads to the Holdfast of this machine, on the ports
 * where that listens, and every other connection is refused. So a public-looking name needs no entry in the hosts file, 80 and
 * 443 need no privilege, and nothing leaves the machine.
 */
interface Place {
  host?: string;
  port?: number | string;
}

const [name = '', http = '', https = ''] = (process.env['OBSERVATORY_PLACE'] ?? '').split(' ');
const PORTS: ReadonlyMap<string, number> = new Map([
  ['80', Number(http)],
  ['443', Number(https)],
  // Where the redirect leads, because HTTPS is not on its own port here.
  [https, Number(https)],
]);

const original = Reflect.get(Socket.prototype, 'connect') as (this: Socket, ...args: unknown[]) => Socket;

function redirected(this: Socket, ...args: unknown[]): Socket {
  // `http` and `tls` hand over a list whose first entry is the options, or the options themselves.
  const [first] = args;
  const place = (Array.isArray(first) ? first[0] : first) as Place;
  const port = PORTS.get(String(place.port));
  if (place.host !== name || port === undefined) {
    this.destroy(new Error(`the scan may reach ${name} only`));
    return this;
  }
  place.host = '127.0.0.1';
  place.port = port;
  return original.apply(this, args);
}
Reflect.set(Socket.prototype, 'connect', redirected);
