#!/usr/bin/env node
// The door of the command line. Plain JavaScript that any Node since 14 can read: on a host whose Node is too old it starts
// the Node 24 that npm installed beside the packages.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import module from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const NODE_MAJOR_MIN = 24;
const SOURCE_CONDITION = '@holdfast/source';
const FORWARDED_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2'];
// A terminal sends these to the whole group: forwarded as well they would come twice, and the second one means "at once".
const TYPED_SIGNALS = ['SIGINT', 'SIGQUIT'];
const OWN_FILE = /^\.\.?\/.*\.ts$/u;
const EXIT_USAGE = 2;

const here = path.dirname(fileURLToPath(import.meta.url));
const source = path.join(here, '../src/cli/main.ts');
// Node strips no types below node_modules: there the emitted files are used.
const isSource = existsSync(source) && !here.includes(`${path.sep}node_modules${path.sep}`);

if (Number(process.versions.node.split('.')[0]) >= NODE_MAJOR_MIN) {
  await runHere();
} else {
  runBundled();
}

async function runHere() {
  const modules = findUp('node_modules');
  if (modules !== null) module.enableCompileCache(path.join(modules, '.cache', 'holdfast', 'compile'));
  if (isSource) useSource();
  const { run } = await import(pathToFileURL(isSource ? source : path.join(here, '../dist/cli/main.js')).href);
  process.exitCode = await run(process.argv.slice(2));
}

// The packages of the workspace run as they are written. A second process with --conditions would say the same, 40 ms later.
function useSource() {
  if (process.execArgv.includes(`--conditions=${SOURCE_CONDITION}`)) return;
  const packages = pathToFileURL(path.join(here, '../../')).href;
  module.registerHooks({
    resolve(specifier, context, next) {
      // A file of ours names another one in full: there is nothing to look for, and there are some two thousand of them.
      if (OWN_FILE.test(specifier) && context.parentURL?.startsWith(packages))
        return { url: new URL(specifier, context.parentURL).href, format: 'module-typescript', shortCircuit: true };
      if (!specifier.startsWith('@holdfast/')) return next(specifier, context);
      return next(specifier, { ...context, conditions: [...context.conditions, SOURCE_CONDITION] });
    },
  });
  // Worker threads and forked processes start with these arguments; hooks are not inherited.
  process.execArgv.push(`--conditions=${SOURCE_CONDITION}`);
}

function runBundled() {
  const name = `node-${process.platform}-${process.arch}`;
  const file = process.platform === 'win32' ? 'node.exe' : 'node';
  const bundled = [path.join('node_modules', name, 'bin', file)].map(findUp).find((found) => found !== null);
  if (bundled === undefined) {
    process.stderr.write(
      `holdfast needs Node ${NODE_MAJOR_MIN} or newer; this is ${process.version} and the package ${name} is not installed. ` +
        `Install Node ${NODE_MAJOR_MIN}, or run npm ci without --omit=optional.\n`,
    );
    process.exitCode = EXIT_USAGE;
    return;
  }
  const child = spawn(bundled, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit' });
  for (const signal of FORWARDED_SIGNALS) {
    process.on(signal, () => {
      if (!(process.stdin.isTTY && TYPED_SIGNALS.includes(signal))) child.kill(signal);
    });
  }
  child.on('error', (error) => {
    process.stderr.write(`holdfast cannot start ${bundled}: ${error.message}\n`);
    process.exitCode = EXIT_USAGE;
  });
  child.on('exit', (code, signal) => {
    // A shell expects 128 + the number of the signal that ended a command.
    process.exitCode = code === null ? 128 + (os.constants.signals[signal] || 0) : code;
  });
}

/** The nearest such path in this folder or one above it. */
function findUp(relative) {
  for (let folder = here; ; folder = path.dirname(folder)) {
    const found = path.join(folder, relative);
    if (existsSync(found)) return found;
    if (folder === path.dirname(folder)) return null;
  }
}
