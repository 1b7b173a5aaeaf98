import { basename } from 'node:path';
import { describe, expect, it } from 'vitest';
import { projectFiles, read } from './source-files.ts';

const files = projectFiles();
const sources = files.filter((file) => /\.(?:tsx?|js)$/u.test(file));
const isTest = (file: string): boolean => file.endsWith('.test.ts') || file.startsWith('tests/') || file.startsWith('bench/');

/** Data tables may be long. */
const DATA_TABLES = new Set<string>();

describe('shape of files', () => {
  it('file names are kebab-case, those of components PascalCase, and say what is inside', () => {
    const isComponent = (file: string): boolean => file.endsWith('.tsx') && basename(file) !== 'main.tsx';
    const vague = new Set(['utils', 'util', 'helpers', 'helper', 'common', 'manager', 'misc']);
    const faults = sources.filter((file) => {
      const stem = basename(file).split('.')[0] ?? '';
      const form = isComponent(file) ? /^(?:[A-Z][a-z0-9]*)+$/u : /^[a-z0-9]+(?:-[a-z0-9]+)*$/u;
      return !form.test(stem) || vague.has(stem) || file.split('/').some((part) => vague.has(part));
    });
    expect(faults).toEqual([]);
  });

  it('no merge was left half done', () => {
    const faults = files.filter(
      (file) => /\.(?:tsx?|js|md|json|sql|yaml|yml|css)$/u.test(file) && /^(?:<{7}|>{7}) /mu.test(read(file)),
    );
    expect(faults).toEqual([]);
  });

  it('no source file is longer than 400 lines', () => {
    const faults = sources
      .filter((file) => !isTest(file) && !DATA_TABLES.has(file))
      .map((file) => [file, read(file).split('\n').length - 1] as const)
      .filter(([, lines]) => lines > 400);
    expect(faults).toEqual([]);
  });

  it('the composition root stays within 150 lines and a domain door within 40', () => {
    const faults = sources
      .filter((file) => file === 'packages/server/src/main.ts' || /domains\/[a-z]+\/index\.ts$/u.test(file))
      .map((file) => [file, read(file).split('\n').length - 1, file.endsWith('main.ts') ? 150 : 40] as const)
      .filter(([, lines, limit]) => lines > limit);
    expect(faults).toEqual([]);
  });

  it('a pipeline step stays within 80 lines', () => {
    const faults = sources
      .filter((file) => /gateway\/steps\/[a-z-]+\.ts$/u.test(file))
      .map((file) => [file, read(file).split('\n').length - 1] as const)
      .filter(([, lines]) => lines > 80);
    expect(faults).toEqual([]);
  });

  it('process.exit is called in cli, bin, tools and tests only', () => {
    const faults = sources.filter(
      (file) =>
        !/^packages\/server\/(?:src\/cli|bin)\/|^(?:tools|tests|bench)\//u.test(file) &&
        !isTest(file) &&
        /process\.exit\(/u.test(read(file)),
    );
    expect(faults).toEqual([]);
  });

  it('nothing promises work in a mark or skips a test without a word', () => {
    const faults = sources
      .filter((file) => !file.startsWith('tests/tidy/'))
      .filter((file) => /\b(?:TODO|FIXME|XXX|HACK)\b|\.only\(/u.test(read(file)));
    expect(faults).toEqual([]);
  });

  it('bare errors are thrown in assertions only', () => {
    const faults = sources
      .filter((file) => file.startsWith('packages/') && !isTest(file))
      .flatMap((file) =>
        read(file)
          .split('\n')
          .flatMap((line, index) => (/throw new Error\(/u.test(line) && !/assert/iu.test(line) ? [`${file}:${index + 1}`] : [])),
      );
    expect(faults).toEqual([]);
  });
});
