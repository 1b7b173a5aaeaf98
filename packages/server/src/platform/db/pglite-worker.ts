/**
 * The database thread. PGlite is synchronous WebAssembly: in the main thread its promises resolve as microtasks and, with
 * work always waiting, timers and sockets never get a turn.
 */
import { PGlite } from '@electric-sql/pglite';
import { parentPort, workerData } from 'node:worker_threads';
import type { FromWorker, StatementError, ToWorker, WorkerParts } from './pglite-protocol.ts';
import { EMBEDDED_SETTINGS, keepWasmAtBaseline } from './wasm-tuning.ts';

const port = parentPort;
if (port === null) throw new Error('assertion: runs in a worker thread only');

// The main thread of this very program sends it; nobody else can.
const { folder } = workerData as WorkerParts;
const say = (message: FromWorker): void => port.postMessage(message);

async function open(): Promise<PGlite | null> {
  const complaints: string[] = [];
  try {
    keepWasmAtBaseline();
    return await PGlite.create({
      dataDir: folder,
      startParams: [...PGlite.defaultStartParams, ...EMBEDDED_SETTINGS],
      onStderr: (text) => {
        if (complaints.length < 20) complaints.push(text);
        return true;
      },
    });
  } catch (error) {
    say({ kind: 'open-failed', detail: `${String(error)} ${complaints.join(' ')}`.slice(0, 2000) });
    return null;
  }
}

async function run(db: PGlite, text: string, params: readonly unknown[]): Promise<FromWorker> {
  try {
    // Without parameters the simple protocol takes several statements at once, as node-postgres does.
    const result = params.length === 0 ? (await db.exec(text)).at(-1) : await db.query(text, [...params]);
    // Rows are objects because no other row mode is asked for.
    const rows = (result?.rows ?? []) as Record<string, unknown>[];
    return { kind: 'rows', rows, affected: result?.affectedRows ?? 0 };
  } catch (error) {
    return { kind: 'failed', error: describe(error) };
  }
}

function describe(error: unknown): StatementError {
  const fields: { message?: unknown; code?: unknown; constraint?: unknown; table?: unknown } =
    typeof error === 'object' && error !== null ? error : {};
  const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);
  return {
    message: text(fields.message) ?? String(error),
    code: text(fields.code),
    constraint: text(fields.constraint),
    table: text(fields.table),
  };
}

const db = await open();
if (db !== null) {
  port.on('message', (message: ToWorker) => {
    if (message.kind === 'close') {
      void db.close().finally(() => {
        say({ kind: 'closed' });
        port.close();
      });
      return;
    }
    void run(db, message.text, message.params).then(say);
  });
  say({ kind: 'opened' });
}
