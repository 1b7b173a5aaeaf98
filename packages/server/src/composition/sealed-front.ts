import { readFile } from 'node:fs/promises';
import { createSealedVault } from '../api/vault/create-vault.ts';
import { openSealedAdmin, type SealedAdmin } from '../api/sealed/open-sealed-admin.ts';
import { configuredListen } from '../gateway/link/open-link.ts';
import { openSealedListeners, type SealedListeners } from '../gateway/sealed/sealed-listeners.ts';
import type { PortAddress } from '../gateway/listener/ports.ts';
import type { Config } from '../platform/config/schema.ts';
import type { AwaitRoot, SealedStart } from '../platform/keyring/seal/root-at-start.ts';
import { Unsealing } from '../platform/keyring/seal/unsealing.ts';
import { issueTemporary } from '../platform/tls/issue.ts';
import { readPair, type PairPem } from '../platform/tls/pair.ts';
import { readVersion } from '../platform/version.ts';
import type { Addresses, ServeIo } from './running.ts';

const HOUR_MS = 3_600_000;
/** Long enough for no clock to disagree, short enough to be of no use to anybody. */
const PAIR_LIFETIME_MS = 24 * HOUR_MS;
const PAIR_RENEW_MS = 12 * HOUR_MS;
const CLOCK_SLACK_MS = HOUR_MS;
/** A transit server that was away is asked again. */
const FETCH_AGAIN_MS = 5000;
const NAMES_MAX = 50;

export interface SealedFront extends AsyncDisposable {
  /** Opens the ports and waits on them for what opens the seal. */
  readonly awaitRoot: AwaitRoot;
  /** Null = the keys came by themselves. */
  readonly unsealing: Unsealing | null;
  /** With the ports that are bound: those who found the way here keep it when the real listeners take over. */
  pin(config: Config): Config;
  close(): Promise<void>;
}

/** What a process without its root key serves: an answer on every port that there are no keys, and the way to bring them. */
export function createSealedFront(config: Config, io: ServeIo): SealedFront {
  const stack = new AsyncDisposableStack();
  let unsealing: Unsealing | null = null;
  let bound: Addresses | null = null;
  const close = (): Promise<void> => stack.disposeAsync();
  return {
    get unsealing() {
      return unsealing;
    },
    pin: (given) => (bound === null ? given : pinPlaces(given, bound)),
    close,
    [Symbol.asyncDispose]: close,
    async awaitRoot(start) {
      const { clock, log, provider, dataDir } = start;
      const opening = new Unsealing({ provider, clock, log });
      unsealing = opening;
      const pair = await ownPair(config, clock.now());
      const { contact } = config;
      const listen = configuredListen(config);
      const vault = createSealedVault({ seal: opening, clock, log, version: readVersion() });
      const listeners = await openSealedListeners({ listen, pair, contact, clock, log });
      stack.defer(() => listeners.close());
      const admin = stack.use(
        await openSealedAdmin({
          listen: config.admin.listen,
          vaultListen: config.vault.listen,
          dataDir,
          pair,
          seal: opening,
          vault,
          log,
        }),
      );
      const renewing = setInterval(() => void renew(config, start, [listeners, admin]), PAIR_RENEW_MS).unref();
      stack.defer(() => clearInterval(renewing));
      const addresses = addressesOf(listeners, admin);
      bound = addresses;
      io.onSealed?.({ status: opening.status(), why: start.why, addresses });
      log.warn({ provider: provider.kind, why: start.why }, 'sealed: the root key is not there');
      if (start.why !== null) stack.defer(fetchAgain(opening));
      return await Promise.race([opening.opened, aborted(io.signal)]);
    },
  };
}

const aborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_resolve, reject) => {
    const stop = (): void => reject(new DOMException('Stopped while sealed.', 'AbortError'));
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });

/** Only for those whose key comes by itself when a server answers. */
function fetchAgain(unsealing: Unsealing): () => void {
  const timer = setInterval(() => {
    // What it says now was said in the log by whoever refused.
    unsealing.unseal({ kind: 'own' }, { isHostOperator: true }).catch(() => undefined);
  }, FETCH_AGAIN_MS).unref();
  return () => clearInterval(timer);
}

async function renew(
  config: Config,
  { clock, log }: SealedStart,
  served: readonly [SealedListeners, SealedAdmin],
): Promise<void> {
  try {
    const pair = await ownPair(config, clock.now());
    for (const each of served) each.renew(pair);
  } catch (error) {
    log.error({ err: error }, 'the certificate of the sealed listeners was not renewed');
  }
}

/** The operator's own files lie in the clear; every other key is sealed, and visitors see a certificate that vouches for nothing. */
async function ownPair({ tls, host }: Config, nowMs: number): Promise<PairPem> {
  if (tls.certificate !== null && tls.key !== null) {
    const [certPem, keyPem] = await Promise.all(
      [tls.certificate, tls.key].map((file) => readFile(file, 'latin1').catch(() => '')),
    );
    const reading = readPair({ certPem: certPem ?? '', keyPem: keyPem ?? '' }, nowMs);
    if (reading.kind === 'usable') return reading.pair;
  }
  const names = [...new Set(['localhost', '127.0.0.1', '::1', ...host])].slice(0, NAMES_MAX);
  return issueTemporary({ names, notBeforeMs: nowMs - CLOCK_SLACK_MS, notAfterMs: nowMs + PAIR_LIFETIME_MS });
}

const textOf = ({ host, port }: PortAddress): string => `${host.includes(':') ? `[${host}]` : host}:${port}`;

function addressesOf({ bound }: SealedListeners, { address, vaultAddress }: SealedAdmin): Addresses {
  const at = (scheme: string, place: PortAddress | null): string | null =>
    place === null ? null : `${scheme}://${textOf(place)}`;
  return {
    https: at('https', bound.https),
    http: at('http', bound.http),
    plain: at('http', bound.plain),
    vault: vaultAddress,
    admin: address,
  };
}

/** The configuration with the ports as they are bound, where it left them to the system. */
export function pinPlaces(config: Config, { https, http, plain, admin, vault }: Addresses): Config {
  const { listen } = config;
  // Not through URL, which leaves the usual port of a scheme out.
  const place = <Other>(address: string | null, other: Other): string | Other =>
    address === null ? other : address.slice(address.indexOf('//') + 2);
  return {
    ...config,
    listen: { https: place(https, listen.https), http: place(http, listen.http), plain: place(plain, listen.plain) },
    admin: { ...config.admin, listen: place(admin, config.admin.listen) },
    vault: { ...config.vault, listen: place(vault, config.vault.listen) },
  };
}
