import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';

/** Debian's golang-1.19-go and golang-1.19-src; the log packages are the ones Go vendors for its own checksum database. */
const goRoot = process.env['HOLDFAST_TEST_GOROOT'] ?? '/usr/lib/go-1.19';
const vendored = join(goRoot, 'src/cmd/vendor/golang.org/x');
const buildTimeoutMs = 240_000;

/**
 * Builds the Go verifier into a folder, offline, and returns the program's path, or null when Go or its sources are absent.
 *
 * @example
 * const oracle = buildOracle(mkdtempSync(join(tmpdir(), 'oracle-')));
 */
export function buildOracle(folder: string): string | null {
  const go = join(goRoot, 'bin/go');
  if (!existsSync(go) || !existsSync(join(vendored, 'mod/sumdb/tlog'))) return null;
  const source = join(folder, 'gopath/src/golang.org/x');
  mkdirSync(source, { recursive: true });
  for (const name of ['mod', 'crypto']) symlinkSync(join(vendored, name), join(source, name));
  const program = join(folder, 'oracle');
  const files = ['main.go', 'files.go', 'trust.go', 'proofs.go'].map((name) => join(import.meta.dirname, name));
  execFileSync(go, ['build', '-o', program, ...files], {
    env: {
      PATH: process.env['PATH'],
      HOME: folder,
      GOROOT: goRoot,
      GOPATH: join(folder, 'gopath'),
      GOCACHE: join(folder, 'cache'),
      GO111MODULE: 'off',
      GOFLAGS: '',
      CGO_ENABLED: '0',
    },
    timeout: buildTimeoutMs,
  });
  return program;
}
