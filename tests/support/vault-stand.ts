import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HoldfastProcess } from './holdfast-process.ts';

/** What an operator's token carries here: whatever a Vault client can be asked to do. */
const PERMISSIONS = [
  'secret:read',
  'secret:reveal',
  'secret:write',
  'secret:rotate',
  'transit:read',
  'transit:write',
  'transit:encrypt',
  'transit:decrypt',
  'token:read',
  'token:write',
  'account:read',
  'account:write',
  'policy:read',
  'policy:write',
  'audit:read',
];
const CONFIG = 'applications:\n  - { id: shop, name: Shop, upstream: "http://127.0.0.1:9" }\n';

export interface VaultAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Parsed when it is JSON; the caller knows its shape. */
  readonly body: unknown;
}

export interface VaultStand extends AsyncDisposable {
  readonly running: HoldfastProcess;
  readonly token: string;
  /** PEM file of the local authority: what clients are told to trust. */
  readonly caFile: string;
  /** One call on the listener for Vault clients; `body` is sent as JSON. */
  call(method: string, path: string, options?: CallOptions): Promise<VaultAnswer>;
}

export interface CallOptions {
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
  /** Null = none. */
  readonly token?: string | null;
  /** Of the admin listener instead. */
  readonly origin?: string;
}

/** Holdfast with a listener for Vault clients, an operator's token, and policies that let programs read and write secrets. */
export async function startVaultStand(env: Readonly<Record<string, string>> = {}): Promise<VaultStand> {
  const folder = mkdtempSync(join(tmpdir(), 'hf-vault-'));
  writeFileSync(join(folder, 'holdfast.yaml'), CONFIG);
  writeFileSync(join(folder, 'secrets.cedar'), '@id("programs") permit(principal is ServiceAccount, action, resource);');
  const running = await HoldfastProcess.start({
    args: ['--config', join(folder, 'holdfast.yaml')],
    env: { HOLDFAST_VAULT__LISTEN: '127.0.0.1:0', ...env },
  });
  const agent = new Agent({ keepAlive: true, ca: running.ca(), servername: 'localhost' });
  const accepted = await running.cli('policy', 'accept', 'holdfast-secrets', '--file', join(folder, 'secrets.cedar'), '--yes');
  if (accepted.code !== 0) throw new Error(`assertion: the policies are accepted: ${accepted.stderr}${accepted.stdout}`);
  const made = await running.cli<{ token: string }>('token', 'create', '--name', 'operator', '--permission', ...PERMISSIONS);
  const { token } = made.data;
  return {
    running,
    token,
    caFile: join(running.dataDir, 'tls/ca.crt'),
    call: async (method, path, { body, headers = {}, token: other, origin = running.vault } = {}) => {
      const own = other === undefined ? token : other;
      const withToken = own === null ? headers : { 'x-vault-token': own, ...headers };
      return send({ agent, origin, method, path, body, headers: withToken });
    },
    async [Symbol.asyncDispose]() {
      agent.destroy();
      await running[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

interface Sending {
  readonly agent: Agent;
  readonly origin: string;
  readonly method: string;
  readonly path: string;
  readonly body: object | undefined;
  readonly headers: Readonly<Record<string, string>>;
}

function send({ agent, origin, method, path, body, headers }: Sending): Promise<VaultAnswer> {
  const { hostname, port } = new URL(origin);
  return new Promise((settle, fail) => {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const outgoing = request(
      { host: hostname, port, path, method, agent, headers: { host: `localhost:${port}`, ...headers } },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('error', fail);
        incoming.on('end', () =>
          settle({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: parse(Buffer.concat(chunks).toString()) }),
        );
      },
    );
    outgoing.on('error', fail);
    outgoing.end(text);
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
