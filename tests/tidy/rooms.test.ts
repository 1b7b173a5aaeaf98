import { basename, dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOMS, type Room } from './rooms.ts';
import { importsOf, projectFiles } from './source-files.ts';

const WORKSPACES = new Map([
  ['@holdfast/browser', 'packages/browser'],
  ['@holdfast/contract', 'packages/contract'],
  ['@holdfast/inspect', 'packages/inspect'],
  ['@holdfast/ledger', 'packages/ledger'],
  ['@holdfast/sigma', 'packages/sigma'],
  ['@holdfast/example-shop', 'examples/shop'],
]);

function roomOf(file: string): Room | undefined {
  const matching = ROOMS.filter((room) => file === room.folder || file.startsWith(`${room.folder}/`));
  return matching.toSorted((a, b) => b.folder.length - a.folder.length)[0];
}

/** Null when the import is allowed, otherwise why not. */
export function faultOf(file: string, specifier: string): string | null {
  const room = roomOf(file);
  if (room === undefined) return 'the file is in no room of rooms.ts';
  const isTest = file.endsWith('.test.ts');
  if (specifier.startsWith('node:'))
    return room.node === 'any' || room.node.includes(specifier) || isTest ? null : `${room.folder} may not use ${specifier}`;
  if (specifier.startsWith('.')) return localFault(file, normalize(join(dirname(file), specifier)), { room, isTest });
  const workspace = WORKSPACES.get(specifier);
  if (workspace !== undefined) return enters(room, workspace) ? null : `${room.folder} may not import ${specifier}`;
  if (specifier.startsWith('@holdfast/')) return `${specifier} is no package door`;
  const name = specifier.startsWith('@') ? specifier.split('/').slice(0, 2).join('/') : (specifier.split('/')[0] ?? specifier);
  return room.npm === 'any' || room.npm.includes(name) || isTest ? null : `${room.folder} may not use npm package ${name}`;
}

function localFault(file: string, target: string, { room, isTest }: { room: Room; isTest: boolean }): string | null {
  if (target.startsWith(`${room.folder}/`) || target === room.folder) return null;
  if (isTest && target.startsWith('tests/support/')) return null;
  const other = roomOf(target);
  if (other === undefined) return `${target} is in no room`;
  if (other.folder === room.folder) return null;
  if (!enters(room, other.folder)) return `${room.folder} may not import ${other.folder}`;
  // A domain made ready for tests is for the tests and measurements of those who build on it as well.
  if ((isTest || room.folder === 'bench') && basename(target).startsWith('test-')) return null;
  if (other.folder.includes('/domains/') && !file.startsWith('tests/') && target !== `${other.folder}/index.ts`)
    return `${target} is not the door of its domain`;
  return null;
}

function enters(room: Room, folder: string): boolean {
  return room.folder === folder || room.rooms.some((allowed) => folder === allowed || folder.startsWith(`${allowed}/`));
}

describe('rooms', () => {
  const files = projectFiles().filter((file) => /\.tsx?$/u.test(file) && !file.endsWith('.config.ts'));

  it('reads real files', () => {
    expect(files.length).toBeGreaterThan(50);
  });

  it('no file imports what its room may not import', () => {
    const faults = files.flatMap((file) =>
      importsOf(file).flatMap(({ specifier }) => {
        const fault = faultOf(file, specifier);
        return fault === null ? [] : [`${file}: ${fault}`];
      }),
    );
    expect(faults).toEqual([]);
  });

  it('what browsers load takes nothing but types of the contract: its schemas would be most of it', () => {
    const faults = files
      .filter((file) => /^packages\/(?:browser|console)\//u.test(file))
      .filter((file) => importsOf(file).some(({ specifier, typeOnly }) => specifier === '@holdfast/contract' && !typeOnly));
    expect(faults).toEqual([]);
  });

  it('finds a planted fault of every kind', () => {
    const planted: readonly (readonly [string, string])[] = [
      ['packages/inspect/src/index.ts', 'node:fs'],
      ['packages/inspect/src/index.ts', 'zod'],
      ['packages/ledger/src/index.ts', '@holdfast/contract'],
      ['packages/server/src/platform/log.ts', '../domains/audit/index.ts'],
      ['packages/server/src/platform/log.ts', '@holdfast/inspect'],
      ['packages/server/src/domains/applications/service.ts', '../protection/index.ts'],
      ['packages/server/src/domains/protection/service.ts', '../applications/store.ts'],
      ['packages/server/src/domains/protection/service.ts', '../audit/index.ts'],
      ['packages/server/src/gateway/gateway.ts', '../domains/audit/index.ts'],
      ['packages/server/src/api/app.ts', '../gateway/gateway.ts'],
      ['packages/server/src/api/app.ts', '../domains/audit/store.ts'],
      ['packages/server/src/api/app.test.ts', '../domains/audit/store.ts'],
      ['packages/server/src/api/app.ts', '../domains/audit/test-ledger.ts'],
      ['packages/browser/src/check.ts', '@holdfast/inspect'],
      ['packages/browser/src/check.ts', 'zod'],
      ['packages/console/src/ui/Button.tsx', '../api/client.ts'],
      ['packages/console/src/pages/bans/BansPage.tsx', '../../app/Shell.tsx'],
      ['packages/console/src/api/client.ts', '@holdfast/inspect'],
      ['packages/console/src/api/client.ts', 'zod'],
    ];
    for (const [file, specifier] of planted) expect(faultOf(file, specifier), `${file} -> ${specifier}`).not.toBeNull();
    expect(faultOf('packages/server/src/domains/protection/service.ts', '../applications/index.ts')).toBeNull();
  });
});
