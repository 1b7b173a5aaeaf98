import { FILE_LIMITS, FILE_POLICY, FILE_TYPES, judgeFile, type FileBytes, type FileFinding } from '@holdfast/inspect';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HONEST_FILES, HOSTILE_FILES, zip } from '../../support/file-samples.ts';

const inMemory = (octets: Uint8Array): FileBytes => ({
  size: octets.length,
  read: (offset, length) => octets.subarray(offset, offset + length),
});
const shown = (findings: readonly FileFinding[]): readonly string[] =>
  findings.map(({ code, place, detail }) => `${code} ${place} ${detail}`);

describe('honest files', () => {
  it.each(HONEST_FILES)('$name is $id and has no finding', ({ id, name, type, bytes }) => {
    const judgement = judgeFile(inMemory(bytes), { name, type }, FILE_POLICY);
    expect(shown(judgement.findings)).toEqual([]);
    expect(judgement.type?.id).toBe(id);
    expect(judgement.name).toBe(name);
  });

  it('cover most of the types', () => {
    const covered = new Set(HONEST_FILES.map(({ id }) => id));
    expect(FILE_TYPES.filter(({ id }) => covered.has(id)).length).toBeGreaterThan(35);
  });

  it.each(HONEST_FILES)('$name under another name is a mismatch', ({ id, bytes }) => {
    const other = id === 'png' ? 'photo.pdf' : 'photo.png';
    const { findings, type } = judgeFile(inMemory(bytes), { name: other, type: null }, FILE_POLICY);
    expect(findings.map(({ code }) => code)).toContain('type-mismatch');
    if (!['txt', 'csv', 'md', 'xml'].includes(id)) expect(type?.id).toBe(id);
  });

  it.each(HONEST_FILES)('$name declared as something else is a mismatch', ({ name, id, bytes }) => {
    const type = id === 'png' ? 'application/pdf' : 'image/png';
    expect(judgeFile(inMemory(bytes), { name, type }, FILE_POLICY).findings.map(({ code }) => code)).toEqual(['type-mismatch']);
  });
});

describe('hostile files', () => {
  it.each(HOSTILE_FILES)('$title: $code', ({ name, type, bytes, code }) => {
    const { findings } = judgeFile(inMemory(bytes), { name, type }, FILE_POLICY);
    expect(
      findings.map((finding) => finding.code),
      shown(findings).join('\n'),
    ).toContain(code);
    expect(findings.length).toBeLessThanOrEqual(32);
    for (const finding of findings) {
      expect(finding.place.length).toBeLessThanOrEqual(512);
      expect(finding.detail.length).toBeLessThanOrEqual(200);
    }
  });
});

describe('types that may be taken', () => {
  it('others are refused, in archives too', () => {
    const archive = inMemory(
      zip([
        { name: 'a.txt', content: 'words' },
        { name: 'b.json', content: '{}' },
      ]),
    );
    const types = new Set(['zip', 'txt']);
    const judged = judgeFile(archive, { name: 'a.zip', type: null }, { limits: FILE_LIMITS, types, memberTypes: types });
    expect(shown(judged.findings)).toEqual(['type-refused zip:b.json files of this type are not taken in archives']);
    const refused = judgeFile(
      archive,
      { name: 'a.zip', type: null },
      { limits: FILE_LIMITS, types: new Set(['png']), memberTypes: null },
    );
    expect(shown(refused.findings)).toEqual(['type-refused file files of this type are not taken']);
  });
});

describe('any octets', () => {
  const limits = { ...FILE_LIMITS, workBytesMax: 50_000_000 };
  const policy = { ...FILE_POLICY, limits };
  const small = HONEST_FILES.filter(({ bytes }) => bytes.length < 20_000);

  it('noise behind any signature is judged and never throws', () => {
    const head = fc.constantFrom(...small.map(({ bytes }) => bytes.subarray(0, 32)), Buffer.alloc(0));
    fc.assert(
      fc.property(head, fc.uint8Array({ maxLength: 600 }), fc.string(), (begin, rest, name) => {
        const { findings } = judgeFile(inMemory(Buffer.concat([begin, rest])), { name, type: null }, policy);
        expect(findings.length).toBeLessThanOrEqual(32);
      }),
      { numRuns: 2000 },
    );
  });

  it('whole files with changed, cut and joined octets are judged within the work that is allowed', () => {
    const files = fc.constantFrom(...small, ...HOSTILE_FILES.filter(({ bytes }) => bytes.length < 20_000));
    const change = fc.record({ at: fc.nat(20_000), octet: fc.nat(255), isCut: fc.integer({ min: 0, max: 20 }) });
    fc.assert(
      fc.property(files, files, fc.array(change, { minLength: 1, maxLength: 8 }), ({ bytes, name, type }, behind, changes) => {
        let octets = Buffer.from(bytes);
        for (const { at, octet, isCut } of changes) {
          if (isCut === 0) octets = octets.subarray(0, at % (octets.length + 1));
          else if (isCut === 1) octets = Buffer.concat([octets, behind.bytes]);
          else if (octets.length > 0) octets[at % octets.length] = octet;
        }
        let read = 0;
        const counted: FileBytes = {
          size: octets.length,
          read: (offset, length) => {
            expect(length).toBeLessThanOrEqual(65_536);
            read += length;
            return octets.subarray(offset, offset + length);
          },
        };
        const { findings } = judgeFile(counted, { name, type }, policy);
        expect(findings.length).toBeLessThanOrEqual(32);
        expect(read).toBeLessThanOrEqual(limits.workBytesMax);
      }),
      { numRuns: 1500 },
    );
  });

  it('what takes more work than is allowed is unfinished, and says so', () => {
    const { findings, type } = judgeFile(
      inMemory(HONEST_FILES[0]?.bytes ?? Buffer.alloc(0)),
      { name: 'a.png', type: null },
      { ...policy, limits: { ...limits, workBytesMax: 64 } },
    );
    expect(findings.map(({ code }) => code)).toEqual(['unfinished']);
    expect(type).toBeNull();
  });
});
