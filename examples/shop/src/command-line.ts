import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { takeCredentials, type Credentials } from './credentials.ts';
import { ShopError } from './shop-error.ts';

interface Started {
  readonly url: string;
  close(): Promise<void>;
}

interface Chosen {
  port: number;
  host: string;
  dataDir?: string;
  allowedHosts: readonly string[];
}

type Start = (options: Chosen & { credentials: Credentials }) => Promise<Started>;

const options = {
  port: { type: 'string', default: '3000' },
  host: { type: 'string', default: '127.0.0.1' },
  'data-dir': { type: 'string' },
  'allow-host': { type: 'string', multiple: true },
} as const;

const usage = 'Usage: server.ts [--port N] [--host LOOPBACK] [--data-dir DIR] [--allow-host NAME]...\n';

function readOptions(): Chosen | undefined {
  try {
    const { values } = parseArgs({ options });
    const port = /^\d{1,5}$/.test(values.port) ? Number(values.port) : Number.NaN;
    const dataDir = values['data-dir'];
    // The comparison is false for NaN too.
    if (!(port <= 65_535)) return undefined;
    return { port, host: values.host, allowedHosts: values['allow-host'] ?? [], ...(dataDir === undefined ? {} : { dataDir }) };
  } catch {
    // parseArgs throws on unknown flags; the usage line says what is known.
    return undefined;
  }
}

/** Serves until a signal comes, or until the parent goes away when the shop runs as its child with an IPC channel. */
export async function runCommandLine(start: Start): Promise<void> {
  const chosen = readOptions();
  if (chosen === undefined) {
    process.stderr.write(usage);
    process.exitCode = 2;
    return;
  }
  try {
    const shop = await start({ ...chosen, credentials: takeCredentials(process.env) });
    process.stdout.write(`${shop.url}\n`);
    process.stderr.write('This shop is vulnerable on purpose. Never expose it. Press Ctrl+C to stop.\n');
    process.send?.({ url: shop.url });
    await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM'), once(process, 'disconnect')]);
    await shop.close();
  } catch (cause) {
    process.stderr.write(`${cause instanceof Error ? cause.message : String(cause)}\n`);
    // 5 is "refused as unsafe", 4 "could not be reached": a port in use, for example.
    process.exitCode = cause instanceof ShopError ? 5 : 4;
  }
}
