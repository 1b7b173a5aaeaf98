import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectAdmin } from './admin-client.ts';
import { HoldfastProcess } from './holdfast-process.ts';

/** Most time between the first acknowledged change of a round and the kill. */
const ROUND_MS_MAX = 600;
const CONCURRENT = 4;

export interface KillOptions {
  readonly rounds: number;
  readonly dataDir: string;
  readonly upstream: string;
  readonly env?: Record<string, string>;
  /** Told after each round, for soaks that print progress. */
  readonly onRound?: (round: number, acknowledged: number) => void;
}

export interface KillReport {
  /** Ban or lift, in the order in which they were acknowledged for each prefix. */
  readonly acknowledged: readonly { readonly prefix: string; readonly isBanned: boolean }[];
  /** Prefixes whose last change was sent but never answered: done or not, both are right. */
  readonly uncertain: ReadonlySet<string>;
  readonly readyMsMax: number;
}

interface Change {
  readonly prefix: string;
  readonly isBanned: boolean;
}

/**
 * Starts, changes policy through the API under load, kills with SIGKILL at a random moment, and again. Whatever was answered
 * with success before a kill must be there after the last start.
 */
export async function killRounds(options: KillOptions): Promise<KillReport> {
  const acknowledged: Change[] = [];
  const uncertain = new Set<string>();
  let readyMsMax = 0;
  let token: string | null = null;
  for (let round = 0; round < options.rounds; round += 1) {
    const startedAt = performance.now();
    const server = await HoldfastProcess.start({
      args: ['--to', options.upstream, '--mode', 'enforce'],
      dataDir: options.dataDir,
      env: { HOLDFAST_AUDIT__BALLAST_BYTES: '0', ...options.env },
    });
    readyMsMax = Math.max(readyMsMax, performance.now() - startedAt);
    token ??= await createToken(server);
    await changeUntilKilled({ server, token, round, acknowledged, uncertain });
    options.onRound?.(round, acknowledged.length);
  }
  return { acknowledged, uncertain, readyMsMax };
}

async function createToken(server: HoldfastProcess): Promise<string> {
  const { data } = await server.cli<{ token: string }>('token', 'create', '--name', 'kills', '--permission', 'ban:write');
  return data.token;
}

interface Round {
  readonly server: HoldfastProcess;
  readonly token: string;
  readonly round: number;
  readonly acknowledged: Change[];
  readonly uncertain: Set<string>;
}

async function changeUntilKilled({ server, token, round, acknowledged, uncertain }: Round): Promise<void> {
  using admin = connectAdmin(server, token);
  const ending = new AbortController();
  const work = async (worker: number): Promise<void> => {
    for (let at = 0; !ending.signal.aborted; at += 1) {
      const prefix = `10.${round % 256}.${worker}.${at % 256}`;
      const isBanned = at < 256 ? true : at % 512 < 256;
      const call = isBanned
        ? admin.call('POST', '/api/v1/bans', { prefix, reason: 'a test of kills', forSeconds: null })
        : admin.call('DELETE', `/api/v1/bans/${prefix}`);
      uncertain.add(prefix);
      const status = await call.then((answer) => answer.status).catch(() => 0);
      if (status >= 200 && status < 300) {
        acknowledged.push({ prefix, isBanned });
        uncertain.delete(prefix);
      } else if (!ending.signal.aborted) await sleep(5);
    }
  };
  // Requests that are blocked fill the ledger meanwhile.
  const attack = async (): Promise<void> => {
    while (!ending.signal.aborted) await server.fetch('/?q=%3Cscript%3Ealert(1)%3C/script%3E').catch(() => undefined);
  };
  const running = [attack(), ...Array.from({ length: CONCURRENT }, (_, worker) => work(worker))];
  const before = acknowledged.length;
  const giveUpAt = performance.now() + 10_000;
  while (acknowledged.length === before && performance.now() < giveUpAt) await sleep(5);
  await sleep(randomInt(ROUND_MS_MAX));
  ending.abort();
  await server.kill('SIGKILL');
  await Promise.all(running);
}

/** What the list of bans must hold and must not hold. */
export function expectedBans({ acknowledged, uncertain }: KillReport): { held: string[]; gone: string[] } {
  const last = new Map(acknowledged.map(({ prefix, isBanned }) => [prefix, isBanned]));
  const sure = [...last].filter(([prefix]) => !uncertain.has(prefix));
  return {
    held: sure.filter(([, isBanned]) => isBanned).map(([prefix]) => prefix),
    gone: sure.filter(([, isBanned]) => !isBanned).map(([prefix]) => prefix),
  };
}
