import { TRAIT } from '../traits.ts';
import type { Detector } from '../types.ts';

export const scanner: Detector = { group: 'scanner', needs: TRAIT.colon, detect: () => [] };
