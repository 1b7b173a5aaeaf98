import type { ProgressEvent } from '../../main.ts';
import type { Paint } from './paint.ts';

const STEP_COLUMNS = 26;
const TIME_COLUMNS = 8;

export function formatProgress({ kind, step, detail, elapsedMs }: ProgressEvent, paint: Paint): string {
  const mark = kind === 'done' ? paint.good('✓') : paint.warn('!');
  const time = elapsedMs === undefined ? '' : formatElapsed(elapsedMs);
  return `  ${mark} ${step.padEnd(STEP_COLUMNS)} ${time.padEnd(TIME_COLUMNS)}${detail}`.trimEnd();
}

export function formatElapsed(milliseconds: number): string {
  return milliseconds < 1000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}
