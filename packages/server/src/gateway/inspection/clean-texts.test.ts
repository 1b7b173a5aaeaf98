import { BLOCK_CONFIDENCE, inspectRequest } from '@holdfast/inspect';
import type { Location } from '@holdfast/inspect';
import { describe, expect, it } from 'vitest';
import { CleanTexts } from './clean-texts.ts';

const judge = (memory: CleanTexts, value: string, location: Location = 'query'): number =>
  inspectRequest({ method: 'GET', path: '/', fields: [{ location, name: 'q', value }] }, { memory }).score;

describe('memory of clean texts', () => {
  it('changes no verdict, first or later', () => {
    const memory = new CleanTexts();
    for (let round = 0; round < 3; round += 1) {
      expect(judge(memory, "1' or 1=1--")).toBeGreaterThanOrEqual(BLOCK_CONFIDENCE);
      expect(judge(memory, 'a watering can (green), 2 l')).toBe(0);
    }
    expect(memory.has('query value q', 'a watering can (green), 2 l')).toBe(true);
    expect(memory.has('query value q', "1' or 1=1--")).toBe(false);
  });

  it('knows a text only at the place where it was clean', () => {
    const memory = new CleanTexts();
    const weak = "5' or '6";
    expect(judge(memory, weak, 'header')).toBe(0);
    expect(judge(memory, weak, 'query')).toBeGreaterThanOrEqual(BLOCK_CONFIDENCE);
  });

  it('forgets what has not been seen for long and keeps what comes again', () => {
    const memory = new CleanTexts();
    memory.add('cookie', 'once, only');
    for (let index = 0; index < 5000; index += 1) {
      memory.add('query', `filler, ${index}`);
      if (index % 100 === 0) memory.add('query', 'often, always');
    }
    expect(memory.has('query', 'often, always')).toBe(true);
    expect(memory.has('cookie', 'once, only')).toBe(false);
  });

  it('takes no text that its copy would change', () => {
    const memory = new CleanTexts();
    memory.add('query', 'ł, a');
    expect(memory.has('query', 'ł, a')).toBe(false);
    expect(memory.has('query', 'B, a')).toBe(false);
  });
});
