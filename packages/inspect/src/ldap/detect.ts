import { TRAIT } from '../traits.ts';
import type { Detector } from '../types.ts';

export const ldap: Detector = { group: 'ldap', needs: TRAIT.colon, detect: () => [] };
