import type { Log } from '../../../platform/log.ts';
import { isRefusal } from '../../../platform/refusal.ts';
import type { KvServer } from './kv-server.ts';
import { tokenSchema } from './kv-words.ts';

const LOOKED_AT_MS = 10_000;
/** Renewed when less than this is left, or less than half of what it was given. */
const LEFT_MIN_SECONDS = 3600;

/** Looks at the token of Holdfast on the server, and renews it before it ends. */
export interface TokenLife extends AsyncDisposable {
  /** Looks now and from then on. */
  start(): Promise<void>;
  look(): Promise<void>;
  /** In words; null = the server takes the token. */
  trouble(): string | null;
}

export function createTokenLife(server: Pick<KvServer, 'ask' | 'host' | 'trouble'>, log: Log): TokenLife {
  let trouble: string | null = null;
  let timer: NodeJS.Timeout | null = null;
  let looking: Promise<void> | null = null;
  const askForToken = async (): Promise<void> => {
    const answer = await server.ask({ method: 'GET', path: 'auth/token/lookup-self' });
    const known = tokenSchema.safeParse(answer.body);
    trouble = known.success ? null : `secrets: the server ${server.host} says nothing of the token`;
    if (!known.success) return;
    const { ttl, creation_ttl: given, renewable } = known.data.data;
    // 0 = it does not end.
    if (ttl === 0 || renewable !== true || ttl >= Math.min(LEFT_MIN_SECONDS, (given ?? ttl * 2) / 2)) return;
    const renewed = await server.ask({ method: 'POST', path: 'auth/token/renew-self', body: {} });
    if (renewed.status !== 200) log.warn({ status: renewed.status }, 'the token for the server of secrets could not be renewed');
  };
  const look = async (): Promise<void> => {
    looking ??= askForToken()
      .catch((error: unknown) => {
        if (!isRefusal(error, 'secrets-away'))
          log.warn({ err: error }, 'the token for the server of secrets could not be looked at');
        trouble = `secrets: the server ${server.host} does not answer, or does not take the token`;
      })
      .finally(() => {
        looking = null;
      });
    return looking;
  };
  return {
    look,
    async start() {
      timer ??= setInterval(() => void look(), LOOKED_AT_MS).unref();
      await look();
    },
    trouble: () => server.trouble() ?? trouble,
    async [Symbol.asyncDispose]() {
      if (timer !== null) clearInterval(timer);
      await looking;
    },
  };
}
