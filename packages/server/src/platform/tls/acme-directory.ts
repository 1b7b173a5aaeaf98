import { Agent, get } from 'node:https';
import type * as Acme from 'acme-client';
import type { KeyStore } from './key-store.ts';

export const ANSWER_TIMEOUT_MS = 30_000;
export const ANSWER_BYTES_MAX = 1_048_576;
const REDIRECTS_MAX = 3;
const ACCOUNT_KEY = 'acme-account.key';

export interface AcmeDirectory {
  readonly url: string;
  /** For a private CA: the root that signed the directory's own certificate. */
  readonly caPem?: string;
  readonly email?: string;
  /** The operator has agreed to the terms of the CA; nobody else can, so there is no other value. */
  readonly termsAgreed: true;
  /** External account binding (RFC 8555 §7.3.4), as the CA hands it out. */
  readonly externalAccount?: { readonly kid: string; readonly hmacKey: string };
  /** How fast a pending order is asked about; production CAs answer within seconds. */
  readonly pollMinMs?: number;
}

type AcmeModule = typeof Acme;

// acme-client sends everything through one shared axios instance, so per-directory settings live here by origin.
const agents = new Map<string, Agent>();
let loaded: Promise<AcmeModule> | undefined;

/** acme-client, loaded on first use (it costs a quarter of a second and most installations never order) and bounded. */
export function loadAcme(): Promise<AcmeModule> {
  loaded ??= import('acme-client').then((acme) => {
    const { axios } = acme;
    axios.defaults.timeout = ANSWER_TIMEOUT_MS;
    axios.defaults.maxContentLength = ANSWER_BYTES_MAX;
    axios.defaults.maxRedirects = REDIRECTS_MAX;
    // Its retries sleep for as long as the server says, without limit: the renewal job retries instead. Untyped setting.
    Object.assign(axios.defaults, { acmeSettings: { retryMaxAttempts: 0, retryDefaultDelay: 1 } });
    axios.interceptors.request.use((config) => {
      const agent = config.url === undefined ? undefined : agents.get(new URL(config.url).origin);
      if (agent !== undefined) config.httpsAgent = agent;
      return config;
    });
    return acme;
  });
  return loaded;
}

/** A client with its account: found by the stored key, or registered with it. Throws what the directory answered. */
export async function openAccount(directory: AcmeDirectory, keys: KeyStore): Promise<Acme.Client> {
  const acme = await loadAcme();
  if (directory.caPem !== undefined) agents.set(new URL(directory.url).origin, new Agent({ ca: directory.caPem }));
  const client = new acme.Client({
    directoryUrl: directory.url,
    accountKey: await accountKey(acme, keys),
    backoffAttempts: 15,
    backoffMin: directory.pollMinMs ?? 1000,
    backoffMax: 10_000,
    ...(directory.externalAccount === undefined ? {} : { externalAccountBinding: { ...directory.externalAccount } }),
  });
  const account = {
    termsOfServiceAgreed: directory.termsAgreed,
    ...(directory.email === undefined ? {} : { contact: [`mailto:${directory.email}`] }),
  };
  try {
    // Asked without the binding first: some CAs accept a binding once only, and a renewal must not spend it again.
    await client.createAccount({ onlyReturnExisting: true });
  } catch {
    await client.createAccount(account);
  }
  return client;
}

/**
 * Why the directory cannot be reached (refused, unknown name, certificate not trusted); undefined when it answers.
 * acme-client turns every network failure into a TypeError of its own, so the real cause is asked for once more.
 */
export function unreachableCause({ url, caPem }: AcmeDirectory): Promise<Error | undefined> {
  return new Promise((resolve) => {
    const request = get(url, { timeout: ANSWER_TIMEOUT_MS, ...(caPem === undefined ? {} : { ca: caPem }) }, (response) => {
      response.destroy();
      resolve(undefined);
    });
    request.on('error', resolve).on('timeout', () => request.destroy(new Error('no answer from the directory in time')));
  });
}

async function accountKey(acme: AcmeModule, keys: KeyStore): Promise<Buffer> {
  const held = await keys.read(ACCOUNT_KEY);
  if (held !== undefined) return Buffer.from(held);
  const made = await acme.crypto.createPrivateEcdsaKey('P-256');
  await keys.write(ACCOUNT_KEY, made);
  return made;
}
