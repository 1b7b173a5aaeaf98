import { spawn } from 'node:child_process';

/** What a decoder of pictures may have; more of anything ends it. */
const DATA_BYTES_MAX = 1_073_741_824;
const CPU_SECONDS_MAX = 60;
const FILES_MAX = 64;
/** Where Debian and its kin keep both programs; nothing else of our environment goes along. */
export const BARE_ENVIRONMENT = { PATH: '/usr/bin:/bin', MALLOC_ARENA_MAX: '2', VIPS_CONCURRENCY: '1' };

const NO_NETWORK = ['unshare', '--user', '--map-current-user', '--net', '--'];
/** No file can be written: output goes through a pipe (setrlimit(2)). */
const LIMITS = [
  'prlimit',
  `--data=${DATA_BYTES_MAX}`,
  `--cpu=${CPU_SECONDS_MAX}`,
  `--nofile=${FILES_MAX}`,
  '--fsize=0',
  '--core=0',
  '--',
];

/** The words that are put before a command, so that it runs apart from everything. */
export interface CutOff {
  readonly words: readonly string[];
  readonly hasNetwork: boolean;
  readonly isLimited: boolean;
}

let known: Promise<CutOff> | null = null;

/** Tried once: a container may forbid namespaces, and other systems have neither. */
export function cutOff(): Promise<CutOff> {
  known ??= tryAll();
  return known;
}

async function tryAll(): Promise<CutOff> {
  const isLimited = await works(LIMITS);
  const hasNetwork = !(await works(NO_NETWORK));
  return { words: [...(hasNetwork ? [] : NO_NETWORK), ...(isLimited ? LIMITS : [])], hasNetwork, isLimited };
}

function works([program = '', ...words]: readonly string[]): Promise<boolean> {
  if (process.platform !== 'linux') return Promise.resolve(false);
  // oxlint-disable-next-line promise/avoid-new -- a child speaks events only
  return new Promise((resolve) => {
    const child = spawn(program, [...words, 'true'], { stdio: 'ignore', env: BARE_ENVIRONMENT });
    child.on('error', () => resolve(false));
    child.on('close', (code) => resolve(code === 0));
  });
}
