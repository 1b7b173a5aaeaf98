import { TRAIT } from '../traits.ts';
import type { Detector } from '../types.ts';

export const jndi: Detector = { group: 'jndi', needs: TRAIT.colon, detect: () => [] };
