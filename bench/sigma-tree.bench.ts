import { compile, readDocuments, Scanner } from '@holdfast/sigma';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { isSigmaCorpusPresent } from '../tests/support/sigma-corpus.ts';
import { TREE_FILES, ruleTree, webRules } from '../tests/support/sigma-tree.ts';
import { stallOf, type Stall } from '../tests/support/measure-swap.ts';
import { report } from './report.ts';

/**
 * Reading and compiling every public rule there is, and the rules of the web alone, in processes that have read nothing before; and
 * how long events wait while the watch takes such a tree. Processor time throughout, so that what else the machine does is left
 * out: of the whole process for reading, of the thread for what events wait for.
 */
const BUDGET_TREE_MS = 2000;
const BUDGET_TREE_MIB = 250;
const BUDGET_WEB_MS = 300;
const BUDGET_STALL_MS = 50;

const cpuMs = ({ user, system }: NodeJS.CpuUsage): number => (user + system) / 1000;
const own = (): number => cpuMs(process.cpuUsage());

function heapMiB(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return (heapUsed + arrayBuffers) / 1_048_576;
}

interface Compiled {
  readonly files: number;
  readonly rules: number;
  readonly readMs: number;
  readonly compileMs: number;
  readonly heapMiB: number;
}

function compileAll(files: readonly (readonly [string, string])[]): Compiled {
  const heapBefore = heapMiB();
  const began = own();
  const documents = files.flatMap(([name, text]) => readDocuments(text, name).documents);
  const read = own();
  const { ruleset } = compile(documents);
  const done = own();
  if (ruleset === null) throw new Error('assert: the rules compile');
  const scanner = new Scanner(ruleset);
  const heap = heapMiB() - heapBefore;
  // Until here both are kept.
  scanner.match({ fields: new Map() });
  return {
    files: files.length,
    rules: ruleset.rules.length,
    readMs: Math.round(read - began),
    compileMs: Math.round(done - read),
    heapMiB: Math.round(heap),
  };
}

function inOwnProcess(what: string): unknown {
  const { stdout, status } = spawnSync(process.execPath, [...process.execArgv, fileURLToPath(import.meta.url), what], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) throw new Error(`assert: ${what} is measured`);
  return JSON.parse(stdout);
}

const [only] = process.argv.slice(2);
if (only === 'tree') process.stdout.write(JSON.stringify(compileAll(ruleTree())));
else if (only === 'web') process.stdout.write(JSON.stringify(compileAll(webRules())));
else if (only === 'stall') process.stdout.write(JSON.stringify(await stallOf(ruleTree())));
else if (isSigmaCorpusPresent) {
  // Each is what this file writes for `only`.
  const tree = inOwnProcess('tree') as Compiled;
  const web = inOwnProcess('web') as Compiled;
  const swap = inOwnProcess('stall') as Stall;
  report({
    name: 'sigma-tree',
    budget: `${TREE_FILES} files read and compiled in ${BUDGET_TREE_MS} ms and ${BUDGET_TREE_MIB} MiB, those for the web in ${BUDGET_WEB_MS} ms; events wait <= ${BUDGET_STALL_MS} ms`,
    ok:
      tree.readMs + tree.compileMs <= BUDGET_TREE_MS &&
      tree.heapMiB <= BUDGET_TREE_MIB &&
      web.readMs + web.compileMs <= BUDGET_WEB_MS &&
      swap.stretchMs <= BUDGET_STALL_MS,
    results: { tree, web, swap },
  });
} else {
  process.stderr.write('Sigma corpus not found: rules are NOT measured\n');
  report({ name: 'sigma-tree', budget: 'none without the corpus', ok: true, results: {} });
}
