import type { PictureHealth, ScannerHealth, ScannerVerdict } from '@holdfast/contract';

/** A file without a name: only whoever has the descriptor can read it. */
export interface ScannedFile {
  readonly fd: number;
  /** The same for those who want a path. */
  readonly path: string;
  readonly bytes: number;
  /** As it came: some rules look at it. */
  readonly name: string;
  readonly hash: string;
}

/** What looks at kept files again. The gateway has the same scanners for files under way. */
export interface UploadScanner {
  /** What each scanner says, `failed` where it could not look. */
  scan(file: ScannedFile): Promise<readonly ScannerVerdict[]>;
  /** The scanners that answer now, with the version of their rules. */
  health(): Promise<readonly ScannerHealth[]>;
  /** What writes pictures anew; asked only where a route wants it. */
  pictures(): Promise<Omit<PictureHealth, 'applications'>>;
}

interface Versioned {
  readonly scanner: string;
  readonly version: string;
}

/** All rules that looked, as one word: another word, and what they saw is looked at again. */
export const rulesOf = (scanners: readonly Versioned[]): string =>
  scanners
    .map(({ scanner, version }) => `${scanner}:${version}`)
    .toSorted()
    .join(' ');

/** The rules that would look at a file now; null = nobody would. One that is down would be missed, so then nobody would either. */
export function rulesNow(health: readonly ScannerHealth[]): string | null {
  if (health.length === 0 || health.some(({ state }) => state === 'down')) return null;
  return rulesOf(health);
}
