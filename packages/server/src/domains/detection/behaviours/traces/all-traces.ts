import { stuffingTraces } from './b01-stuffing.ts';
import { sprayTraces } from './b02-spray.ts';
import { walkTraces } from './b05-walk.ts';
import { volumeTraces } from './b07-volume.ts';
import { promptTraces } from './b09-prompts.ts';
import { probingTraces } from './b10-probing.ts';
import type { Trace } from './trace.ts';

export const ALL_TRACES: readonly Trace[] = [
  ...stuffingTraces,
  ...sprayTraces,
  ...walkTraces,
  ...volumeTraces,
  ...promptTraces,
  ...probingTraces,
];
