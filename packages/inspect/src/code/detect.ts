import { TRAIT } from '../traits.ts';
import type { Detector } from '../types.ts';

export const code: Detector = { group: 'code', needs: TRAIT.colon, detect: () => [] };
