import { TRAIT } from '../traits.ts';
import type { Detector } from '../types.ts';

export const ssrf: Detector = { group: 'ssrf', needs: TRAIT.colon, detect: () => [] };
