import { TRAIT } from '../traits.ts';
import type { Detector } from '../types.ts';

export const crlf: Detector = { group: 'crlf', needs: TRAIT.colon, detect: () => [] };
