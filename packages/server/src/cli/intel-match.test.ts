import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestTerminal, type TestTerminal } from './terminal/test-terminal.ts';

let terminal: TestTerminal;
beforeAll(() => {
  terminal = openTestTerminal();
  const seen = {
    type: 'observed-data',
    id: 'observed-data--1',
    first_observed: '2026-01-01T00:00:00Z',
    last_observed: '2026-01-01T00:00:00Z',
    number_observed: 1,
    objects: { '0': { type: 'url', value: 'https://a.example/gate.php' } },
  };
  const folder = path.dirname(terminal.dataDir);
  writeFileSync(path.join(folder, 'observed.json'), JSON.stringify({ type: 'bundle', objects: [seen] }));
  writeFileSync(path.join(folder, 'words.json'), '"words"');
});
afterAll(() => terminal.close());

interface Tried {
  readonly data: { readonly result: string; readonly fault: { readonly kind: string; readonly offset: number | null } | null };
}

const tried = async (pattern: string): Promise<{ code: number; data: Tried['data'] }> => {
  const { code, stdout } = await terminal.run(['intel', 'match', pattern, 'observed.json', '--json']);
  const { data } = JSON.parse(stdout) as Tried;
  return { code, data };
};

describe('a STIX pattern held against observed data', () => {
  test('matches, matches not, or is answered with the fault that it has', async () => {
    expect(await tried("[url:value LIKE '%/gate.php']")).toMatchObject({
      code: 1,
      data: { result: 'match', matched: [0], fault: null, refusedInFeeds: null },
    });
    expect(await tried("[url:value = 'https://b.example/']")).toMatchObject({
      code: 0,
      data: { result: 'no-match', matched: [] },
    });
    expect(await tried("[url:value > t'2020-01-01T00:00:00Z']")).toMatchObject({
      code: 2,
      data: { result: 'error', fault: { kind: 'observed', offset: null } },
    });
    expect(await tried('[url')).toMatchObject({ code: 2, data: { result: 'error', fault: { kind: 'syntax', offset: 4 } } });
    expect(await tried("[url:value MATCHES '(a)\\\\1']")).toMatchObject({ code: 2, data: { fault: { kind: 'unsupported' } } });
  });

  test('that the grammar allows and the specification does not, is answered, and told of', async () => {
    const pattern = "[url:value LIKE 'https:%'] REPEATS 1 TIMES REPEATS 1 TIMES";
    expect(await tried(pattern)).toMatchObject({ code: 1, data: { result: 'match', refusedInFeeds: { kind: 'rule' } } });
    const { stdout } = await terminal.run(['intel', 'match', pattern, 'observed.json']);
    expect(stdout).toBe('match: observations 1\na feed with it is left without it: the same qualifier twice\n');
  });

  test('needs a file with STIX objects', async () => {
    expect(await terminal.run(['intel', 'match', '[a:b = 1]', 'none.json'])).toMatchObject({ code: 2 });
    expect(await terminal.run(['intel', 'match', '[a:b = 1]', 'words.json'])).toMatchObject({ code: 2 });
  });
});
