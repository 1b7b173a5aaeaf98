import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { TriedPattern } from '../../../domains/detection/index.ts';
import type { Context, Input, Verb } from '../../command.ts';
import { EXIT, type ExitCode } from '../../exit-codes.ts';
import { UsageFault } from '../../fault.ts';
import type { Outcome } from '../../outcome.ts';
import { printable } from '../../terminal/table.ts';

const FILE_BYTES_MAX = 16 * 1_048_576;
const EXITS: Readonly<Record<TriedPattern['result'], ExitCode>> = {
  'no-match': EXIT.ok,
  match: EXIT.findings,
  error: EXIT.usage,
};

export const match: Verb = {
  name: 'match',
  summary: 'hold a STIX 2.1 pattern against observed data without a server; exit 1 when it matches',
  about:
    'The file is a bundle, or a list of bundles, with observed-data objects. A pattern that is none, and data that cannot be held against it, is an error: exit 2. Nothing is sent anywhere.',
  words: [
    { name: '<pattern>', help: "for example [url:value LIKE '%/gate.php']" },
    { name: '<file>', help: 'JSON with observed-data objects' },
  ],
  examples: [
    `holdfast intel match "[ipv4-addr:value = '203.0.113.7']" observed.json`,
    `holdfast intel match "[url:value LIKE '%/gate.php'] REPEATS 5 TIMES WITHIN 60 SECONDS" observed.json --json`,
  ],
  run,
};

async function run(context: Context, input: Input): Promise<Outcome> {
  const [pattern = '', file = ''] = input.words;
  const bundles = await readBundles(context, file);
  // Loaded here alone: no other command needs to match patterns.
  const { tryPattern } = await import('../../../domains/detection/index.ts');
  const tried = tryPattern(pattern, bundles);
  return { data: tried, text: () => textOf(tried), exit: EXITS[tried.result] };
}

async function readBundles({ io }: Context, file: string): Promise<readonly Record<string, unknown>[]> {
  const place = resolve(io.cwd, file);
  const facts = await stat(place).catch(() => null);
  if (facts === null || !facts.isFile()) throw new UsageFault(`There is no file ${file}.`, 'holdfast intel match --help');
  if (facts.size > FILE_BYTES_MAX) throw new UsageFault(`${file} is too large.`, 'holdfast intel match --help');
  const document = parsed(await readFile(place, 'utf8'));
  const bundles = (Array.isArray(document) ? document : [document]) as readonly unknown[];
  if (bundles.every(isObject)) return bundles;
  throw new UsageFault(`${file} holds no STIX objects.`, 'holdfast intel match --help');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function textOf({ result, matched, fault, refusedInFeeds }: TriedPattern): string {
  const lines = [matched.length === 0 ? result : `${result}: observations ${matched.map((index) => index + 1).join(', ')}`];
  if (fault !== null) lines.push(`${fault.kind}${fault.offset === null ? '' : ` at ${fault.offset + 1}`}: ${fault.why}`);
  else if (refusedInFeeds !== null) lines.push(`a feed with it is left without it: ${refusedInFeeds.why}`);
  return lines.map((line) => `${printable(line)}\n`).join('');
}
