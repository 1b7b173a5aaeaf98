import { triggerSchema, type Trigger } from '@holdfast/contract';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';

export interface Shipped {
  readonly file: string;
  readonly document: unknown;
  /** What starts it unless somebody says otherwise. */
  readonly triggers: readonly Trigger[];
}

/** Beside the sources, like migrations: these are data. */
export const shippedFolder = (): string => path.resolve(import.meta.dirname, '../../../../playbooks');

/** Names of the files without their ending, with what starts each. */
const TRIGGERS = 'triggers.json';
const triggersSchema = z.record(z.string(), z.array(triggerSchema));

/** The playbooks that come with this release, in the order of their names. */
export async function readShipped(folder = shippedFolder()): Promise<readonly Shipped[]> {
  const read = async (name: string): Promise<unknown> => JSON.parse(await readFile(path.join(folder, name), 'utf8'));
  const triggers = new Map(Object.entries(triggersSchema.parse(await read(TRIGGERS))));
  const files = (await readdir(folder)).filter((name) => name.endsWith('.json') && name !== TRIGGERS).toSorted();
  return Promise.all(
    files.map(async (file) => ({ file, document: await read(file), triggers: triggers.get(path.parse(file).name) ?? [] })),
  );
}
