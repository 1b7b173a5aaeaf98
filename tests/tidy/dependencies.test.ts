import { describe, expect, it } from 'vitest';
import { projectFiles, read } from './source-files.ts';

interface Manifest {
  readonly name: string;
  readonly dependencies?: Record<string, string>;
  readonly devDependencies?: Record<string, string>;
  readonly optionalDependencies?: Record<string, string>;
}

const manifests = new Map(
  projectFiles()
    .filter((file) => file.endsWith('package.json'))
    // A manifest of this project has this shape; npm itself refuses others.
    .map((file) => [file, JSON.parse(read(file)) as Manifest]),
);

/** Direct run-time dependencies a room may have. */
const BUDGET = new Map([
  ['packages/contract/package.json', 1],
  ['packages/inspect/package.json', 0],
  ['packages/ledger/package.json', 0],
  ['packages/sigma/package.json', 1],
  ['packages/browser/package.json', 0],
  ['packages/console/package.json', 7],
  ['packages/server/package.json', 30],
  ['examples/shop/package.json', 0],
]);

describe('dependencies', () => {
  it('every package stays within its budget', () => {
    for (const [file, limit] of BUDGET) {
      // Our own rooms are no dependencies on anybody.
      const names = Object.keys(manifests.get(file)?.dependencies ?? {}).filter((name) => !name.startsWith('@holdfast/'));
      expect(names.length, `${file}: ${names.join(', ')}`).toBeLessThanOrEqual(limit);
    }
  });

  it('every version is pinned exactly', () => {
    const faults = [...manifests].flatMap(([file, manifest]) =>
      Object.entries({ ...manifest.dependencies, ...manifest.devDependencies, ...manifest.optionalDependencies })
        .filter(([, version]) => !/^\d+\.\d+\.\d+$/u.test(version))
        .map(([name, version]) => `${file}: ${name}@${version}`),
    );
    expect(faults).toEqual([]);
  });

  it('every dependency has its line in docs/dependencies.md, and no line is left over', () => {
    const documented = new Set([...read('docs/dependencies.md').matchAll(/^\| `([^`]+)` \|/gmu)].map((match) => match[1]));
    const used = new Set(
      [...manifests.values()].flatMap((manifest) =>
        Object.keys({ ...manifest.dependencies, ...manifest.devDependencies, ...manifest.optionalDependencies }).filter(
          (name) => !name.startsWith('@holdfast/'),
        ),
      ),
    );
    expect([...used].filter((name) => !documented.has(name))).toEqual([]);
    expect([...documented].filter((name) => name !== undefined && !used.has(name))).toEqual([]);
  });

  it('no dependency runs an install script', () => {
    // A manifest lock of this shape is what npm writes.
    const lock = JSON.parse(read('package-lock.json')) as {
      packages: Record<string, { hasInstallScript?: boolean; optional?: boolean }>;
    };
    const faults = Object.entries(lock.packages)
      .filter(([path, entry]) => path.startsWith('node_modules/') && entry.hasInstallScript === true && entry.optional !== true)
      .map(([path]) => path);
    expect(faults).toEqual([]);
  });
});
