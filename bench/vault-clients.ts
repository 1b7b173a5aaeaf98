import { load } from './load.ts';

/** Clients of a Vault, in a process of their own: the seconds, the connections and the token come as a message. */
export interface VaultClientsOrder {
  readonly port: number;
  readonly token: string;
  readonly paths: readonly string[];
  readonly connections: number;
  readonly seconds: number;
}

async function work({ port, token, paths, connections, seconds }: VaultClientsOrder): Promise<void> {
  const mix = paths.map((path) => ({
    name: path,
    bytes: Buffer.from(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nX-Vault-Token: ${token}\r\n\r\n`),
  }));
  const result = await load({ port, connections, seconds, mix });
  process.send?.(result, () => process.disconnect());
}

process.once('message', (order: VaultClientsOrder) => void work(order));
