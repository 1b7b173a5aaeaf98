import { FILE_TYPE, type Answer, type Transport } from './client.ts';
import type { GlobalFlags } from '../command.ts';
import type { AwaitRoot } from '../../platform/keyring/seal/root-at-start.ts';
import type { Io } from '../terminal/io.ts';

/** The authority is never resolved: the API is called as a function. */
const ORIGIN = 'http://localhost';

/**
 * The same API in this process, under the lock of the data directory (docs/decisions/0007). Nothing listens. Whoever may write
 * the data directory is the operator of the host.
 */
export async function openInProcess(io: Io, flags: GlobalFlags, awaitRoot?: AwaitRoot): Promise<Transport> {
  const [{ readConfig }, { openControlPlane }] = await Promise.all([import('../read-config.ts'), import('../../main.ts')]);
  const loaded = readConfig(io, flags);
  const plane = await openControlPlane(loaded, awaitRoot);
  return {
    server: 'down',
    async send(method, target, { body, headers }): Promise<Answer> {
      const request = new Request(`${ORIGIN}${target}`, { method, headers, ...(body === null ? {} : { body }) });
      const response = await plane.api.fetch(request);
      const answer = { status: response.status, headers: new Map(response.headers) };
      if (response.headers.get('content-type') === FILE_TYPE) return { ...answer, body: '', bytes: await response.bytes() };
      return { ...answer, body: await response.text() };
    },
    close: () => plane.close(),
  };
}
