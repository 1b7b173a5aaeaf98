import { constants } from 'node:fs';
import { mkdir, open, rename, stat } from 'node:fs/promises';
import path from 'node:path';
import type { ChannelTarget } from '@holdfast/contract';
import { toFinding } from '../ocsf.ts';
import { ChannelFault, wordsOf } from './channel-fault.ts';
import type { Kind } from './kind.ts';

const FILE_BYTES_MAX = 64 * 1_048_576;
const KEPT = 5;

export interface FileParts {
  readonly dataDir: string;
  readonly version: string;
  readonly bytesMax?: number;
}

/** OCSF JSON lines, on the disk before they count as told. */
export function createFile({ file }: Extract<ChannelTarget, { kind: 'file' }>, parts: FileParts): Kind {
  const { dataDir, version, bytesMax = FILE_BYTES_MAX } = parts;
  const folder = path.join(dataDir, 'alerts');
  const place = path.join(folder, file);
  return {
    batchMax: 20,
    async send(messages) {
      const lines = messages.map((message) => `${JSON.stringify({ ...toFinding(message, version), link: message.link })}\n`);
      const bytes = Buffer.from(lines.join(''), 'utf8');
      try {
        await mkdir(folder, { recursive: true, mode: 0o700 });
        await rotate(place, bytesMax - bytes.length);
        await append(place, bytes);
      } catch (error) {
        throw new ChannelFault(`the file cannot be written: ${wordsOf(error)}`);
      }
      return `${messages.length} written to alerts/${file}`;
    },
  };
}

/** `NAME.jsonl.1` is the youngest of the old ones. */
async function rotate(place: string, bytesMax: number): Promise<void> {
  const size = await stat(place).then(
    (found) => found.size,
    () => 0,
  );
  if (size === 0 || size <= bytesMax) return;
  for (let number = KEPT - 1; number >= 1; number -= 1)
    await rename(`${place}.${number}`, `${place}.${number + 1}`).catch(unlessMissing);
  await rename(place, `${place}.1`);
}

function unlessMissing(error: unknown): void {
  if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
}

/** A link is not followed: what lies there was put there by nobody who had to. */
async function append(place: string, bytes: Buffer): Promise<void> {
  const flags = constants.O_RDWR | constants.O_CREAT | constants.O_APPEND | constants.O_NOFOLLOW;
  await using handle = await open(place, flags, 0o600);
  const { size } = await handle.stat();
  const last = Buffer.alloc(1);
  if (size > 0) await handle.read(last, 0, 1, size - 1);
  // A process that was killed in the middle of a line leaves half of one; the next begins after it.
  if (size > 0 && last[0] !== 0x0a) await handle.write('\n');
  await handle.write(bytes);
  await handle.sync();
}
