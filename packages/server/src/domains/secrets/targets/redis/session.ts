import { TargetFault } from '../target-fault.ts';

const CONNECT_MS = 5000;
const COMMAND_MS = 10_000;

export interface RedisSession {
  /** What Redis answers; an error of Redis is a {@link TargetFault}. */
  send(...words: string[]): Promise<unknown>;
}

/** The first word of an error is its kind; the rest repeats what was sent. */
function toFault(error: unknown): TargetFault {
  if (error instanceof TargetFault) return error;
  const kind = /^[A-Z]{2,20}(?= )/u.exec(error instanceof Error ? error.message : '')?.[0] ?? null;
  const cause = new Error(`assertion: Redis said ${kind ?? 'nothing'}`);
  if (kind === 'WRONGPASS' || kind === 'NOAUTH') return new TargetFault('the server refused the login', { cause });
  if (kind === 'NOPERM') return new TargetFault('the administering user may not do this', { cause });
  if (kind !== null && kind !== 'LOADING' && kind !== 'BUSY') return new TargetFault(`the server refused: ${kind}`, { cause });
  return new TargetFault('the server does not answer', { isAway: true, cause });
}

/** One bounded session; it logs in with what stands in the address. */
export async function withRedis<Result>(address: URL, run: (session: RedisSession) => Promise<Result>): Promise<Result> {
  const { createClient } = await import('@redis/client');
  const client = createClient({
    url: address.href,
    // Nothing is sent that a user without rights could be refused for.
    RESP: 2,
    disableClientInfo: true,
    maintNotifications: 'disabled',
    socket: { connectTimeout: CONNECT_MS, reconnectStrategy: false },
    commandOptions: { timeout: COMMAND_MS },
  });
  // What breaks fails the command that waits; without a listener it would end the process.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await run({
      send: async (...words) => {
        try {
          return await client.sendCommand(words);
        } catch (error) {
          throw toFault(error);
        }
      },
    });
  } catch (error) {
    throw toFault(error);
  } finally {
    client.destroy();
  }
}
