import { TRAIT } from '../traits.ts';
import type { Detector } from '../types.ts';

export const pollution: Detector = { group: 'pollution', needs: TRAIT.colon, detect: () => [] };
