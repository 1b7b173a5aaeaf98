import { TRAIT } from '../traits.ts';
import type { Detector } from '../types.ts';

export const xxe: Detector = { group: 'xxe', needs: TRAIT.colon, detect: () => [] };
