import { TRAIT } from '../traits.ts';
import type { Detector } from '../types.ts';

export const ssti: Detector = { group: 'ssti', needs: TRAIT.colon, detect: () => [] };
