import { TRAIT } from '../traits.ts';
import type { Detector } from '../types.ts';

export const inclusion: Detector = { group: 'inclusion', needs: TRAIT.colon, detect: () => [] };
