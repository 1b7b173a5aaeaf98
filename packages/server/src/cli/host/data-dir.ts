import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { GlobalFlags } from '../command.ts';
import type { Io } from '../terminal/io.ts';

export const CONFIG_NAME = 'holdfast.yaml';
const DEFAULT = './.holdfast';
const CONFIG_BYTES_MAX = 1_048_576;

/** The configuration file in use: the flag, the environment, or ./holdfast.yaml when there is one. */
function configFile(io: Io, flags: GlobalFlags): string | null {
  const named = flags.config ?? io.env['HOLDFAST_CONFIG'];
  if (named !== undefined && named !== '') return resolve(io.cwd, named);
  const usual = resolve(io.cwd, CONFIG_NAME);
  return existsSync(usual) ? usual : null;
}

/**
 * Flag, then environment, then file, then default: the precedence of the whole configuration. Only this one key is read from
 * the file, without judging the rest: a broken configuration must not keep an operator from lifting a ban.
 */
export async function resolveDataDir(io: Io, flags: GlobalFlags): Promise<string> {
  const named = flags.dataDir ?? io.env['HOLDFAST_DATA_DIR'] ?? io.env['HOLDFAST_DATADIR'];
  if (named !== undefined && named !== '') return resolve(io.cwd, named);
  const file = configFile(io, flags);
  const declared = file === null ? null : await declaredDataDir(file);
  return resolve(io.cwd, declared ?? DEFAULT);
}

async function declaredDataDir(file: string): Promise<string | null> {
  try {
    const text = readFileSync(file, 'utf8');
    if (text.length > CONFIG_BYTES_MAX) return null;
    const { parseDocument } = await import('yaml');
    const value: unknown = parseDocument(text).get('dataDir');
    return typeof value === 'string' ? value : null;
  } catch {
    // Unreadable or not YAML: `config check` says so; here the default stands.
    return null;
  }
}
