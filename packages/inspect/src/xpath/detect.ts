import { TRAIT } from '../traits.ts';
import type { Detector } from '../types.ts';

export const xpath: Detector = { group: 'xpath', needs: TRAIT.colon, detect: () => [] };
