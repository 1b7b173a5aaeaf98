import type { Snapshot } from '@holdfast/contract';
import path from 'node:path';
import type { Clock } from '../../platform/clock.ts';
import { parseListen } from '../../platform/config/listen.ts';
import type { Config } from '../../platform/config/schema.ts';
import { Refusal } from '../../platform/refusal.ts';
import type { ListenAddresses } from '../listener/listeners.ts';
import type { PortAddress } from '../listener/ports.ts';
import type { GatewayLog } from '../log.ts';
import { GatewayFailure, type GatewayLink } from './gateway-link.ts';
import { createInProcessLink } from './in-process.ts';
import { createWorkersLink } from './workers.ts';

export interface LinkParts {
  readonly config: Pick<Config, 'listen' | 'workers' | 'node' | 'uploads'>;
  /** The data directory. */
  readonly root: string;
  readonly clock: Clock;
  readonly log: GatewayLog;
}

/** The gateway in this process, or in as many children as the configuration says. */
export function createLink({ config, clock, log, root }: LinkParts): GatewayLink {
  const listen = configuredListen(config);
  const { node, workers } = config;
  const uploads = { scanners: config.uploads, folder: path.join(root, 'uploads') };
  return workers === 0
    ? createInProcessLink({ listen, clock, log, node, uploads })
    : createWorkersLink({ listen, count: workers, log, node, uploads });
}

export function configuredListen({ listen: { https, http, plain } }: Pick<Config, 'listen'>): ListenAddresses {
  return { https: place(https), http: place(http), plain: place(plain) };
}

/** Opens the ports; what the gateway cannot do is a refusal of the catalogue. */
export async function startLink(link: GatewayLink, snapshot: Snapshot): Promise<ListenAddresses> {
  try {
    return await link.start(snapshot);
  } catch (cause) {
    // Workers that could not open a port would otherwise keep this process from ending.
    await link.close(0);
    if (!(cause instanceof GatewayFailure)) throw cause;
    const code = cause.code === 'port-taken' || cause.code === 'listen-unsafe' ? cause.code : 'internal';
    throw new Refusal(code, { cause, detail: `${cause.message.charAt(0).toUpperCase()}${cause.message.slice(1)}.` });
  }
}

/** `https://127.0.0.1:8443`, or null. */
export function addressText(scheme: 'http' | 'https', at: PortAddress | null): string | null {
  return at === null ? null : `${scheme}://${at.host.includes(':') ? `[${at.host}]` : at.host}:${at.port}`;
}

function place(text: string | null): PortAddress | null {
  if (text === null || text === 'off') return null;
  const at = parseListen(text);
  if (at === null) throw new Error('assertion: the configuration schema admits only readable places');
  return at;
}
