import type { PlaybookFault } from '@holdfast/contract';

export const FAULTS_MAX = 200;
const TEXT_CHARS_MAX = 500;

/** Faults of one document as they are found; more than are shown are not kept. */
export class Faults {
  readonly #found = { error: [] as PlaybookFault[], warning: [] as PlaybookFault[] };
  #errors = 0;

  error(pointer: string, detail: string): void {
    this.#errors += 1;
    this.#add({ pointer, detail, level: 'error' });
  }

  warning(pointer: string, detail: string): void {
    this.#add({ pointer, detail, level: 'warning' });
  }

  /** As many errors as are shown. */
  get isFull(): boolean {
    return this.#errors >= FAULTS_MAX;
  }

  get hasErrors(): boolean {
    return this.#errors > 0;
  }

  /** What keeps it from running comes first. */
  get list(): readonly PlaybookFault[] {
    return [...this.#found.error, ...this.#found.warning].slice(0, FAULTS_MAX);
  }

  #add({ pointer, detail, level }: PlaybookFault): void {
    if (this.#found[level].length < FAULTS_MAX)
      this.#found[level].push({ pointer: pointer.slice(0, TEXT_CHARS_MAX), detail: detail.slice(0, TEXT_CHARS_MAX), level });
  }
}

/** RFC 6901 §3. */
export function pointerOf(...parts: readonly (string | number | symbol)[]): string {
  return parts.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
