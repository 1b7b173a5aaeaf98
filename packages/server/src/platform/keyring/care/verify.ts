import { KEY_AREAS_MAX, type KeyVerify } from '@holdfast/contract';
import type { SealedAreas } from '../areas/sealed-areas.ts';
import { CLEAR } from '../areas/table-area.ts';
import type { Keyring } from '../keyring.ts';

const FINDINGS_MAX = 1000;
const KEYS_PER_AREA_MAX = 100;

/** Opens one of each key in each area. Nothing of what it opens is kept or told. */
export async function verifySamples(areas: SealedAreas, { ring }: Pick<Keyring, 'ring'>): Promise<KeyVerify> {
  const samples: KeyVerify['samples'] = [];
  const findings: string[] = [];
  for (const area of areas.list().slice(0, KEY_AREAS_MAX)) {
    const counts = [...(await area.count())].slice(0, KEYS_PER_AREA_MAX);
    for (const [key, items] of counts) {
      // Whoever sealed it anew in between was faster, and that is no finding.
      const opens = (await area.sample(key)) ?? true;
      samples.push({ area: area.name, key, opens });
      if (key === CLEAR) findings.push(`${area.name}: ${items} are not sealed yet: holdfast key rewrap --watch`);
      else if (ring.find(key) === null)
        findings.push(`${area.name}: ${items} lie under key ${key}, which this ring does not have`);
      else if (!opens) findings.push(`${area.name}: a sample under key ${key} does not open; restore it from a backup`);
    }
  }
  return { ok: findings.length === 0, samples, findings: findings.slice(0, FINDINGS_MAX) };
}
