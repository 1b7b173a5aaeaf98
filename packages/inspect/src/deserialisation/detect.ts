import { TRAIT } from '../traits.ts';
import type { Detector } from '../types.ts';

export const deserialisation: Detector = { group: 'deserialisation', needs: TRAIT.colon, detect: () => [] };
