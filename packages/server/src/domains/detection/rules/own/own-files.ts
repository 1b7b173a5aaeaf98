import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { OwnText } from './seed-own.ts';

/** Beside the sources, like migrations: these are data. */
export const ownRulesFolder = (): string => path.resolve(import.meta.dirname, '../../../../../rules/own');

/** The Sigma rules that come with this release, in the order of their names. */
export async function readOwnRules(folder = ownRulesFolder()): Promise<readonly OwnText[]> {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.yml')).toSorted();
  return Promise.all(files.map(async (name) => ({ file: `own/${name}`, text: await readFile(path.join(folder, name), 'utf8') })));
}
