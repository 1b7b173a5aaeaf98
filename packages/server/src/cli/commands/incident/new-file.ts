import { open, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Context } from '../../command.ts';
import type { ApiClient } from '../../connection/client.ts';
import { UsageFault } from '../../fault.ts';
import type { Outcome } from '../../outcome.ts';

interface Fetched {
  readonly content: string | Uint8Array;
  readonly data: object;
}

/** The place first: what is there is never written over, and what is recorded as given has a place to go. */
export async function toNewFile(
  context: Context,
  { output, verb }: { readonly output: string; readonly verb: string },
  get: (api: ApiClient) => Promise<Fetched>,
): Promise<Outcome> {
  const file = resolve(context.io.cwd, output);
  const handle = await open(file, 'wx', 0o600).catch((error: unknown) => {
    const isThere = error instanceof Error && 'code' in error && error.code === 'EEXIST';
    const why = isThere ? 'exists already, and is not written over' : 'cannot be written';
    throw new UsageFault(`${output} ${why}.`, `holdfast incident ${verb} --help`);
  });
  try {
    await using api = await context.api();
    const { content, data } = await get(api);
    await handle.writeFile(content);
    return { data: { ...data, file }, text: `wrote ${file}\n` };
  } catch (error) {
    await rm(file, { force: true });
    throw error;
  } finally {
    await handle.close();
  }
}
