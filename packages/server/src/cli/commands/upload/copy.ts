import { open, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { ApiClient } from '../../connection/client.ts';
import { UsageFault } from '../../fault.ts';
import type { Outcome } from '../../outcome.ts';

interface Wanted {
  readonly path: string;
  readonly output: string;
  readonly cwd: string;
}

/** The place first: a copy that is recorded and then written nowhere would be a false record. */
export async function saveCopy(api: ApiClient, { path, output, cwd }: Wanted): Promise<Outcome> {
  const file = resolve(cwd, output);
  const handle = await open(file, 'wx', 0o600).catch((cause: unknown) => {
    const isThere = cause instanceof Error && 'code' in cause && cause.code === 'EEXIST';
    const why = isThere ? 'This file exists already.' : 'This file cannot be written.';
    throw new UsageFault(why, 'holdfast upload show --help');
  });
  try {
    const { bytes } = await api.fetch({ method: 'POST', path });
    await handle.writeFile(bytes ?? '');
    const data = { file, bytes: bytes?.length ?? 0, password: 'infected' };
    return { data, text: `wrote ${file}, a ZIP archive with the password infected\n` };
  } catch (error) {
    await rm(file, { force: true });
    throw error;
  } finally {
    await handle.close();
  }
}
