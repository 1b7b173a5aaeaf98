import { downMessageSchema } from '@holdfast/contract';
import type { UpMessage } from '@holdfast/contract';
import { systemClock } from '../../platform/clock.ts';
import { refuseDebugger } from '../../platform/process-guard.ts';
import { createGateway } from '../gateway.ts';
import type { UploadPlace } from '../handle-request.ts';
import type { ListenAddresses } from '../listener/listeners.ts';
import type { GatewayLog } from '../log.ts';

/** Entry of one gateway process under `workers.ts`. Its parent is the only one who can write its arguments and messages. */
interface WorkerArguments {
  readonly listen: ListenAddresses;
  readonly node: string;
  readonly uploads: UploadPlace;
}

const FAREWELL_MS = 30_000;

/** JSON lines on standard error, which the parent owns. */
function logLine(severity: string): (fields: object, message: string) => void {
  return (fields, message) => process.stderr.write(`${JSON.stringify({ severity, message, ...fields }, errorText)}\n`);
}
// An error has no enumerable fields; its message may quote a visitor, so only its name and code are kept.
const errorText = (_key: string, value: unknown): unknown => (value instanceof Error ? value.name : value);

const log: GatewayLog = { info: logLine('INFO'), warn: logLine('WARN'), error: logLine('ERROR') };
const send = (message: UpMessage): void => void process.send?.(message, undefined, {}, () => undefined);

async function main(): Promise<void> {
  refuseDebugger();
  // Written by workers.ts in this process's own package.
  const { listen, node, uploads } = JSON.parse(process.argv[2] ?? '{}') as WorkerArguments;
  const gateway = await createGateway({ listen, send, clock: systemClock, log, node, uploads });
  const leave = async (timeoutMs: number): Promise<void> => {
    await gateway.close(timeoutMs);
    if (process.connected) process.disconnect();
  };
  process.on('message', (raw: unknown) => {
    const read = downMessageSchema.safeParse(raw);
    if (!read.success) log.error({ issues: read.error.issues.length }, 'unreadable message of the control plane');
    else if (read.data.kind === 'drain') void leave(read.data.timeoutMs);
    else gateway.receive(read.data);
  });
  // Without a control plane there is nobody to take records: finish what is open and end.
  process.once('disconnect', () => void gateway.close(FAREWELL_MS));
  // Signals of a terminal reach the whole group; the parent decides when its workers end.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => undefined);
}

await main();
