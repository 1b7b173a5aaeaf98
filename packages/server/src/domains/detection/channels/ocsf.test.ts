import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { toTold, type Message } from './message.ts';
import { toFinding } from './ocsf.ts';
import { madeAlert } from './test-channels.ts';

const message = (change: Parameters<typeof madeAlert>[1] = {}, isTest = false): Message => ({
  id: '01ARZ3NDEKTSV4RRFFQ69G5FAW',
  alert: toTold(madeAlert('1', change)),
  isTest,
  link: 'https://localhost:9443/alerts/1',
  now: 1_790_000_001_000,
});

type Check = (value: unknown) => boolean;
const isText: Check = (value) => typeof value === 'string' && value.length > 0;
const isTime: Check = (value) => Number.isSafeInteger(value) && (value as number) > 1e12;
const among =
  (...values: readonly unknown[]): Check =>
  (value) =>
    values.includes(value);

/** Required attributes of `detection_finding` and of the objects in it, written down from the schema by hand. */
const REQUIRED: readonly (readonly [path: string, check: Check])[] = [
  ['activity_id', among(0, 1, 2, 3, 99)],
  ['category_uid', among(2)],
  ['class_uid', among(2004)],
  ['type_uid', among(200401, 200402, 200403)],
  ['severity_id', among(1, 2, 3, 4, 5)],
  ['time', isTime],
  ['metadata.version', (value) => /^1\.\d+\.\d+$/u.test(String(value))],
  ['metadata.product.name', isText],
  ['finding_info.uid', isText],
  ['finding_info.title', isText],
  ['finding_info.analytic.type_id', among(0, 1, 2, 3, 4, 99)],
  ['observables.0.name', isText],
  ['observables.0.type_id', Number.isSafeInteger],
  // At least one artefact.
  ['evidences.0.data', (value) => typeof value === 'object' && value !== null],
  ['finding_info.attacks.0.technique.uid', isText],
  // Profile `record_integrity`: a fingerprint or a signature.
  ['attestation.fingerprint.algorithm_id', among(3)],
  ['attestation.fingerprint.value', (value) => /^[0-9a-f]{64}$/u.test(String(value))],
];

/** The test names the paths, nobody else. */
const at = (value: unknown, path: string): unknown =>
  path.split('.').reduce<unknown>((inner, name) => (inner as Record<string, unknown> | undefined)?.[name], value);

/** A second writing of RFC 8785, for findings. */
function canonical(value: unknown): string {
  const sorted = (inner: unknown): unknown => {
    if (Array.isArray(inner)) return inner.map(sorted);
    if (typeof inner !== 'object' || inner === null) return inner;
    const record = inner as Record<string, unknown>;
    return Object.fromEntries(
      Object.keys(record)
        .toSorted()
        .map((name) => [name, sorted(record[name])]),
    );
  };
  return JSON.stringify(sorted(value));
}

describe('an OCSF detection finding', () => {
  it('has every required attribute', () => {
    for (const severity of ['info', 'low', 'medium', 'high', 'critical'] as const) {
      const finding = toFinding(message({ severity }), '1.0.0');
      for (const [path, check] of REQUIRED) expect(check(at(finding, path)), `${path}: ${String(at(finding, path))}`).toBe(true);
      expect(finding['type_uid']).toBe(Number(finding['class_uid']) * 100 + Number(finding['activity_id']));
      expect(JSON.parse(JSON.stringify(finding))).toEqual(finding);
    }
  });

  it('is created once and updated when it repeats', () => {
    expect(toFinding(message(), '1')).toMatchObject({ activity_id: 1, activity_name: 'Create', count: 1, status_id: 1 });
    expect(toFinding(message({ times: 9 }), '1')).toMatchObject({ activity_id: 2, activity_name: 'Update', count: 9 });
  });

  it('carries its place in the ledger and a fingerprint that anybody can compute', () => {
    const { attestation, ...rest } = toFinding(message(), '1') as {
      attestation: { uid: string; fingerprint: { value: string } };
    };
    const { fingerprint, ...signed } = attestation;
    expect(attestation.uid).toBe('41');
    expect(fingerprint.value).toBe(
      createHash('sha256')
        .update(canonical({ ...rest, attestation: signed }))
        .digest('hex'),
    );
    const unrecorded = toFinding(message({ index: null }), '1');
    expect(unrecorded).toMatchObject({ metadata: { profiles: [] } });
    expect(unrecorded).not.toHaveProperty('attestation');
  });

  it('names sub-techniques below their techniques, and says when it is a test', () => {
    const finding = toFinding(message({ attacks: ['t1110.004', 't1078'] }, true), '1');
    expect(at(finding, 'finding_info.attacks')).toEqual([
      { technique: { uid: 'T1110' }, sub_technique: { uid: 'T1110.004' } },
      { technique: { uid: 'T1078' } },
    ]);
    expect(at(finding, 'metadata.labels')).toEqual(['test']);
    expect(finding['message']).toContain('TEST: ');
  });
});
