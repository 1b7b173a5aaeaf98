import { TRAIT } from '../traits.ts';
import type { Detector } from '../types.ts';

export const nosql: Detector = { group: 'nosql', needs: TRAIT.colon, detect: () => [] };
