import type { Snapshot } from '@holdfast/contract';
import { join } from 'node:path';
import { readFile } from 'node:fs/promises';
import { createAcme, type Acme, type AcmeOutcome, type RenewalJob } from './acme.ts';
import { createCertificateStore, type CertificateDescription, type CertificateStore } from './certificate-store.ts';
import type { KeyStore } from './key-store.ts';
import { openLocalCa, type LocalCa } from './local-ca.ts';
import type { CertificateSupply } from './tls-options.ts';
import { watchOwnFiles, type OwnFiles, type OwnFilesOutcome } from './own-files.ts';

/** The leaf of the local CA is looked at this often; it is made anew 30 days before its end. */
export const LOCAL_CA_CHECK_MS = 86_400_000;
const LOCAL_CA = 'local-ca';

export interface CertificateSettings {
  readonly certificate: string | null;
  readonly key: string | null;
  readonly acme: {
    readonly enabled: boolean;
    readonly directory: string;
    readonly email: string | null;
    readonly challenge: 'http-01' | 'tls-alpn-01';
    readonly caFile: string | null;
  };
}

export interface CertificatesOptions {
  readonly settings: CertificateSettings;
  readonly dataDir: string;
  readonly hostNames: readonly string[];
  readonly keys: KeyStore;
  readonly now: () => number;
  readonly random: () => number;
  readonly onOwnFiles: (outcome: OwnFilesOutcome) => void;
  readonly onAcme: (outcome: AcmeOutcome) => void;
  /** The local CA gave out a new leaf before the old one neared its end. */
  readonly onLocalLeaf: (leaf: Pick<CertificateDescription, 'names' | 'notAfterMs'>) => void;
  /** Resolves when every gateway serves what `forSnapshot` says now. */
  readonly publish: () => Promise<void>;
}

export interface Certificates extends AsyncDisposable {
  readonly caPath: string;
  /** For listeners of this process. */
  readonly supply: CertificateSupply;
  readonly renewalJob: RenewalJob | null;
  forSnapshot(): Pick<Snapshot, 'certificates' | 'challenges' | 'alpnCertificates'>;
  describe(): readonly CertificateDescription[];
  /** Called after each change of what is served; returns the way to stop. */
  onChange(listener: () => void): () => void;
  /** Makes a new leaf of the local CA when the old one nears its end. */
  refreshLocalCa(): Promise<void>;
  /** Makes a new one now, with a new key; whoever trusts the authority notices nothing. */
  replaceLocalLeaf(): Promise<void>;
  /** When the leaf of the local CA was made, Unix ms. */
  localLeafSince(): number | null;
}

/**
 * Everything that can answer a handshake: the local CA always (so that there is a certificate from the first second), the
 * operator's own files and ACME when they are configured. The store decides who answers which name.
 */
export async function openCertificates(options: CertificatesOptions): Promise<Certificates> {
  const { settings, now } = options;
  const store = createCertificateStore({ now });
  const localCa = await refreshLocalCa(options, store);
  const ownFiles = await openOwnFiles(options, store);
  const acme = settings.acme.enabled ? await openAcme(options, store) : null;
  return {
    caPath: localCa.caPath,
    supply: store,
    renewalJob: acme?.renewalJob ?? null,
    describe: () => store.describe(),
    onChange: (listener) => store.onChange(listener),
    forSnapshot: () => ({
      certificates: store.pairs().map(({ names, certPem, keyPem }) => ({ names: [...names], certPem, keyPem })),
      challenges: acme === null ? [] : acme.httpAnswers().map((answer) => ({ ...answer })),
      alpnCertificates:
        acme === null ? [] : acme.alpnAnswers().map(({ names, certPem, keyPem }) => ({ names: [...names], certPem, keyPem })),
    }),
    refreshLocalCa: async () => void (await refreshLocalCa(options, store)),
    async replaceLocalLeaf() {
      await refreshLocalCa({ ...options, replaceLeaf: true }, store);
      const leaf = localLeaf(store);
      if (leaf !== undefined) options.onLocalLeaf(leaf);
    },
    localLeafSince: () => localLeaf(store)?.notBeforeMs ?? null,
    [Symbol.asyncDispose]: async () => ownFiles?.[Symbol.asyncDispose](),
  };
}

const localLeaf = (store: CertificateStore): CertificateDescription | undefined =>
  store.describe().find(({ slot }) => slot === LOCAL_CA);

async function refreshLocalCa(
  { dataDir, keys, hostNames, now, replaceLeaf = false }: CertificatesOptions & { readonly replaceLeaf?: boolean },
  store: CertificateStore,
): Promise<LocalCa> {
  const localCa = await openLocalCa({ folder: join(dataDir, 'tls'), keys, hostNames, now, replaceLeaf });
  store.replace({ slot: LOCAL_CA, source: 'local-ca', pem: localCa.leaf });
  return localCa;
}

async function openOwnFiles({ settings, onOwnFiles }: CertificatesOptions, store: CertificateStore): Promise<OwnFiles | null> {
  if (settings.certificate === null || settings.key === null) return null;
  return watchOwnFiles({ slot: 'own', certPath: settings.certificate, keyPath: settings.key, store, onOutcome: onOwnFiles });
}

async function openAcme(
  { settings, hostNames, keys, now, random, onAcme, publish }: CertificatesOptions,
  store: CertificateStore,
): Promise<Acme> {
  const { directory, email, caFile, challenge } = settings.acme;
  const caPem = caFile === null ? undefined : await readFile(caFile, 'utf8');
  const acme = createAcme({
    directory: {
      url: directory,
      termsAgreed: true,
      ...(caPem === undefined ? {} : { caPem }),
      ...(email === null ? {} : { email }),
    },
    // One certificate a name: a name that cannot be proved must not keep the others from theirs.
    certificates: hostNames.map((name) => [name]),
    keys,
    store,
    now,
    random,
    challenges: [challenge],
    onOutcome: onAcme,
    onAnswersChanged: publish,
  });
  await acme.restore();
  return acme;
}
