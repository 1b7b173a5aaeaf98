import pc from 'picocolors';

export interface Paint {
  bold(text: string): string;
  dim(text: string): string;
  good(text: string): string;
  bad(text: string): string;
  warn(text: string): string;
}

/** Colour never carries meaning alone: every painted word also says it. */
export function createPaint(isColoured: boolean): Paint {
  const colours = pc.createColors(isColoured);
  return { bold: colours.bold, dim: colours.dim, good: colours.green, bad: colours.red, warn: colours.yellow };
}

/**
 * Whether to colour, for one stream. `NO_COLOR` (any non-empty value, no-color.org) wins, then `FORCE_COLOR`, then the terminal.
 */
export function wantsColour(env: Readonly<Record<string, string | undefined>>, isTerminal: boolean): boolean {
  if ((env['NO_COLOR'] ?? '') !== '') return false;
  const force = env['FORCE_COLOR'];
  if (force !== undefined) return force !== '0' && force !== 'false';
  return isTerminal && env['TERM'] !== 'dumb';
}
