import { describe, expect, it } from 'vitest';
import { foldOverlong } from './loose-percent.ts';

describe('foldOverlong', () => {
  it.each([
    ['\u00C0\u00AE\u00C0\u00AE/', '../'],
    ['\u00E0\u0080\u00AFx', '/x'],
    ['\u00FC\u0080\u0080\u0080\u0080\u00AF', '/'],
  ])('folds %j', (text, folded) => {
    expect(foldOverlong(text)).toBe(folded);
  });

  it.each(['déjà', 'für', 'ü', 'smø', 'menü', 'À', 'voilà!', 'àü'])(
    'leaves %s alone: the end of a text completes no sequence',
    (text) => {
      expect(foldOverlong(text)).toBe(text);
    },
  );
});
