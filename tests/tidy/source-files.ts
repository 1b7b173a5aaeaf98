import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseSync } from 'oxc-parser';

export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

/** Files that git tracks or would track, relative to the root, with forward slashes. */
export function projectFiles(): readonly string[] {
  const out = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { cwd: ROOT, encoding: 'utf8' });
  return [...new Set(out.split('\n').filter((line) => line !== ''))].filter((file) => exists(file)).toSorted();
}

export function read(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8');
}

/** Every module specifier a TypeScript file imports or re-exports, with whether it is for types only. */
export function importsOf(file: string): readonly { specifier: string; typeOnly: boolean }[] {
  const { module } = parseSync(file, read(file));
  const found: { specifier: string; typeOnly: boolean }[] = [];
  for (const item of module.staticImports) {
    found.push({
      specifier: item.moduleRequest.value,
      typeOnly: item.entries.length > 0 && item.entries.every((entry) => entry.isType),
    });
  }
  for (const item of module.staticExports) {
    for (const entry of item.entries) {
      if (entry.moduleRequest !== null) found.push({ specifier: entry.moduleRequest.value, typeOnly: entry.isType });
    }
  }
  for (const item of module.dynamicImports) {
    const text = read(file).slice(item.moduleRequest.start, item.moduleRequest.end);
    if (/^['"]/u.test(text)) found.push({ specifier: text.slice(1, -1), typeOnly: false });
  }
  return found;
}

function exists(file: string): boolean {
  try {
    readFileSync(join(ROOT, file));
    return true;
  } catch {
    return false;
  }
}
