import { resolve } from 'node:path';
import { loadConfig, type LoadedConfig } from '../platform/config/load.ts';
import type { GlobalFlags } from './command.ts';
import type { Io } from './terminal/io.ts';

/** The whole configuration as the server reads it; `settings` are those that a command's own flags stand for. */
export function readConfig(io: Io, flags: GlobalFlags, settings: ReadonlyMap<string, string> = new Map()): LoadedConfig {
  const named = new Map(settings);
  if (flags.dataDir !== null) named.set('dataDir', resolve(io.cwd, flags.dataDir));
  return loadConfig({ file: flags.config, folder: io.cwd, environment: io.env, flags: named });
}
