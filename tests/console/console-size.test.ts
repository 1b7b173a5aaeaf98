import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from 'vitest';
import { buildConsole, CONSOLE_DIST } from '../support/console-build.ts';

/** What a browser loads before the first page, and what one more page costs (compressed with gzip). */
const FIRST_LOAD_BYTES_MAX = 220 * 1024;
const PAGE_BYTES_MAX = 60 * 1024;

beforeAll(() => buildConsole(), 120_000);

const sizeOf = (path: string): number => gzipSync(readFileSync(join(CONSOLE_DIST, path)), { level: 9 }).length;

describe('what the console costs', () => {
  test('the first load stays below 220 KB', () => {
    const shell = readFileSync(join(CONSOLE_DIST, 'index.html'), 'utf8');
    const files = [...shell.matchAll(/(?:src|href)="\/(assets\/[^"]+\.(?:js|css))"/gu)].map((match) => match[1] ?? '');
    expect(files.filter((file) => file.endsWith('.js')).length).toBeGreaterThanOrEqual(1);
    expect(files.filter((file) => file.endsWith('.css'))).toHaveLength(1);
    expect(files.reduce((sum, file) => sum + sizeOf(file), 0)).toBeLessThanOrEqual(FIRST_LOAD_BYTES_MAX);
  });

  test('it is the form for production, whoever built it', () => {
    const scripts = readdirSync(join(CONSOLE_DIST, 'assets')).filter((name) => name.endsWith('.js'));
    const isDevelopment = (name: string): boolean =>
      readFileSync(join(CONSOLE_DIST, 'assets', name), 'utf8').includes('react-stack-top-frame');
    expect(scripts.filter(isDevelopment)).toEqual([]);
  });

  test('no other file is larger than a page may be, and each lies there packed', () => {
    const shell = readFileSync(join(CONSOLE_DIST, 'index.html'), 'utf8');
    const assets = readdirSync(join(CONSOLE_DIST, 'assets'));
    const later = assets.filter((name) => /\.(?:js|css)$/u.test(name) && !shell.includes(name));
    expect(later.length).toBeGreaterThan(10);
    for (const name of later) expect(sizeOf(`assets/${name}`), name).toBeLessThanOrEqual(PAGE_BYTES_MAX);
    const large = assets.filter(
      (name) => /\.(?:js|css)$/u.test(name) && readFileSync(join(CONSOLE_DIST, 'assets', name)).length >= 512,
    );
    for (const name of large) expect(assets).toEqual(expect.arrayContaining([`${name}.br`, `${name}.gz`]));
  });
});
