import { readFileSync } from 'node:fs';
import type { Bus } from '../../../platform/bus/bus.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { BackendSettings } from '../../../platform/config/backend.ts';
import { resolveReference } from '../../../platform/config/references.ts';
import type { Keyring } from '../../../platform/keyring/keyring.ts';
import type { Log } from '../../../platform/log.ts';
import { Refusal } from '../../../platform/refusal.ts';
import type { Applications } from '../../applications/index.ts';
import type { SecretsDomain } from '../create-secrets.ts';
import { createReadRecord } from '../reads/read-record.ts';
import type { SecretCaller } from '../secrets.ts';
import { createAges } from './ages.ts';
import { createChange } from './changes.ts';
import { openKvServer } from './kv-server.ts';
import { createKvStore } from './kv-store.ts';
import { OutsideSecrets } from './outside-secrets.ts';
import { createTokenLife } from './token-life.ts';

export interface BackendParts {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log: Log;
  readonly keyring: Pick<Keyring, 'isSealed'>;
  readonly applications: Pick<Applications, 'get'>;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** What lies on the server instead of here; who may is decided as ever. */
export interface SecretsBackend extends Pick<SecretsDomain, 'secrets' | 'staged' | 'overdue'>, AsyncDisposable {
  /** Looks at the server now, and looks after the token from then on. */
  start(): Promise<void>;
  trouble(): string | null;
}

const BY_ROTATION: SecretCaller = {
  principal: { actor: { kind: 'system', ref: 'rotation' }, permissions: 'all' },
  purpose: 'rotation',
  via: 'rotation',
};

export function openBackend(settings: BackendSettings, gate: SecretsDomain['gate'], parts: BackendParts): SecretsBackend {
  const { bus, clock, log, environment } = parts;
  const { url, mount, namespace, caFile } = settings;
  const token = (): string =>
    resolveReference(settings.token, { environment, folder: process.cwd(), pointer: '/secrets/backend/token' });
  const server = openKvServer({ url, mount, namespace, ca: caFile === null ? null : readRoots(caFile), token });
  const kv = createKvStore(server);
  const life = createTokenLife(server, log);
  const secrets = new OutsideSecrets({ ...parts, kv, gate, recordRead: createReadRecord(parts), change: createChange(bus) });
  const agesOf = createAges(kv, clock);
  const refuse = (): never => {
    throw new Refusal('secrets-elsewhere', {
      detail:
        'The server that keeps the secrets knows no staged versions, so nothing is rotated: see docs/guides/outside-vault.md.',
    });
  };
  return {
    secrets,
    staged: {
      assertPossible: refuse,
      stage: async () => refuse(),
      publish: async () => refuse(),
      discard: async () => refuse(),
      open: async (ref, version) => secrets.open(ref, version, BY_ROTATION),
    },
    async overdue(limit) {
      const refs = await agesOf(life.trouble() === null);
      return { count: refs.length, refs: refs.slice(0, limit) };
    },
    async start() {
      // A reference to nothing is found now and not by the first program that needs a secret.
      token();
      await life.start();
    },
    trouble: () => life.trouble(),
    async [Symbol.asyncDispose]() {
      await life[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

function readRoots(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    const detail = 'The file with the roots of the server of secrets cannot be read.';
    throw new Refusal('config-invalid', { detail, errors: [{ pointer: '/secrets/backend/caFile', detail }] });
  }
}
