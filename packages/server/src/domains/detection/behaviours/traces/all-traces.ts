import { stuffingTraces } from './b01-stuffing.ts';
import { sprayTraces } from './b02-spray.ts';
import { walkTraces } from './b05-walk.ts';
import { volumeTraces } from './b07-volume.ts';
import { promptTraces } from './b09-prompts.ts';
import { probingTraces } from './b10-probing.ts';
import { travelTraces } from './b03-travel.ts';
import { hijackTraces } from './b04-hijack.ts';
import { takeoverTraces } from './b06-takeover.ts';
import { dormantTraces } from './b08-dormant.ts';
import { tokenTraces } from './b11-tokens.ts';
import { newTraces } from './b12-new.ts';
import type { Trace } from './trace.ts';

export const ALL_TRACES: readonly Trace[] = [
  ...stuffingTraces,
  ...sprayTraces,
  ...walkTraces,
  ...volumeTraces,
  ...promptTraces,
  ...probingTraces,
  ...travelTraces,
  ...hijackTraces,
  ...takeoverTraces,
  ...dormantTraces,
  ...tokenTraces,
  ...newTraces,
];
