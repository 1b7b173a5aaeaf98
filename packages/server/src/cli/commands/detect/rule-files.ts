import { lstat, readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import type { RuleDiagnostic } from '@holdfast/contract';
import { UsageFault } from '../../fault.ts';

/** More than five times the whole public tree; deeper and larger than anybody writes rules. */
const FILES_MAX = 20_000;
const DEPTH_MAX = 16;
const HELP = 'holdfast detect rules check --help';
/** `RULE_TEXT_CHARS_MAX`; the contract is not loaded for a command. */
const CHARS_MAX = 65_536;

export interface RuleFile {
  /** Below the folder that was named, with slashes. */
  readonly name: string;
  readonly text: string;
}

export interface RuleFiles {
  readonly files: readonly RuleFile[];
  /** Files that are too large to be rules. */
  readonly diagnostics: readonly RuleDiagnostic[];
}

/** Every `.yml` and `.yaml` below a folder, or one file. Links and folders that begin with a dot are left out. */
export async function readRuleFiles(place: string): Promise<RuleFiles> {
  const kind = await stat(place).catch(() => {
    throw new UsageFault('There is no such file or folder.', HELP);
  });
  const paths: string[] = [];
  if (kind.isDirectory()) await walk(place, { paths, depth: 0 });
  else paths.push(place);
  if (paths.length === 0) throw new UsageFault('There are no .yml files here.', HELP);
  const base = kind.isDirectory() ? place : path.dirname(place);
  const files: RuleFile[] = [];
  const diagnostics: RuleDiagnostic[] = [];
  for (const file of paths) {
    const name = path.relative(base, file).split(path.sep).join('/').slice(-512);
    const text = await textOf(file);
    if (text === null) diagnostics.push(tooLarge(name));
    else files.push({ name, text });
  }
  return { files, diagnostics };
}

async function textOf(file: string): Promise<string | null> {
  // A character of UTF-8 takes at most four bytes.
  if ((await lstat(file)).size > CHARS_MAX * 4) return null;
  const text = await readFile(file, 'utf8');
  return text.length > CHARS_MAX ? null : text;
}

async function walk(folder: string, { paths, depth }: { readonly paths: string[]; readonly depth: number }): Promise<void> {
  if (depth > DEPTH_MAX) throw new UsageFault(`Folders are nested deeper than ${DEPTH_MAX}: name one further down.`, HELP);
  const entries = await readdir(folder, { withFileTypes: true });
  for (const entry of entries.toSorted((left, right) => (left.name < right.name ? -1 : 1))) {
    const place = path.join(folder, entry.name);
    if (entry.isDirectory() && !entry.name.startsWith('.')) await walk(place, { paths, depth: depth + 1 });
    else if (entry.isFile() && /\.ya?ml$/u.test(entry.name)) paths.push(place);
    if (paths.length > FILES_MAX)
      throw new UsageFault(`There are more than ${FILES_MAX} files: name a folder further down.`, HELP);
  }
}

function tooLarge(file: string): RuleDiagnostic {
  const message = `a file of rules has at most ${CHARS_MAX} characters`;
  return { file, code: 'yaml-too-large', severity: 'error', message, line: 1, column: 1, pointer: '' };
}
