import { escapeOf } from '../name.ts';

const STEPS_MAX = 4096;

/** True when a link, followed from where it lies, leads out of the folder that the archive is unpacked into (CWE-59). */
export function linkLeaves(name: string, target: string): boolean {
  if (/^[\\/]/.test(target) || /^[a-z]:/i.test(target) || target.includes('\0') || escapeOf(name) !== null) return true;
  const steps = [...name.split(/[\\/]/).slice(0, -1), ...target.split(/[\\/]/)];
  if (steps.length > STEPS_MAX) return true;
  let depth = 0;
  for (const step of steps) {
    if (step === '..') depth--;
    else if (step !== '' && step !== '.') depth++;
    if (depth < 0) return true;
  }
  return false;
}
