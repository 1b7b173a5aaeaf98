import { FILE_LIMITS, FILE_POLICY, judgeFile, walkMembers, type FileBytes } from '@holdfast/inspect';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { compound, EICAR, office, pdfWithFile, tar, zip } from '../../support/file-samples.ts';

const inMemory = (octets: Uint8Array): FileBytes => ({
  size: octets.length,
  read: (offset, length) => octets.subarray(offset, offset + length),
});

function walked(octets: Buffer): { readonly members: Map<string, Buffer>; readonly codes: readonly string[] } {
  const members = new Map<string, Buffer>();
  const { findings } = walkMembers(inMemory(octets), FILE_LIMITS, ({ place }) => (chunk) => {
    members.set(place, Buffer.concat([members.get(place) ?? Buffer.alloc(0), chunk]));
  });
  return { members, codes: findings.map(({ code }) => code) };
}

describe('members are shown', () => {
  it.each([
    ['zip:a.txt', zip([{ name: 'a.txt', content: EICAR }])],
    ['zip:a.txt', zip([{ name: 'a.txt', content: EICAR, isStored: true }])],
    ['gzip:', gzipSync(EICAR)],
    ['tar:b.zip!zip:a.txt', tar([{ name: 'b.zip', content: zip([{ name: 'a.txt', content: EICAR }]) }])],
    ['zip:b.tar!tar:a.txt', zip([{ name: 'b.tar', content: tar([{ name: 'a.txt', content: EICAR }]) }])],
    ['docx:word/media/a.bin', office('docx', [{ name: 'word/media/a.bin', content: EICAR }])],
    ['pdf:stream 2', pdfWithFile(EICAR)],
    ['zip:a.pdf!pdf:stream 2', zip([{ name: 'a.pdf', content: pdfWithFile(EICAR) }])],
    ['pdf:stream 2!zip:a.txt', pdfWithFile(zip([{ name: 'a.txt', content: EICAR }]))],
    [
      'ole:Data',
      compound([
        { name: 'WordDocument', content: Buffer.from('x') },
        { name: 'Data', content: EICAR },
      ]),
    ],
  ])('%s', (place, octets) => {
    const { members, codes } = walked(octets);
    const named = [...members].filter(([, content]) => content.subarray(0, EICAR.length).equals(EICAR)).map(([at]) => at);
    expect(named, [...members.keys()].join(' ')).toEqual([place]);
    expect(codes).toEqual([]);
  });

  it('every octet, also of large members, and by the judge on its way', () => {
    const content = Buffer.from(Array.from({ length: 1_200_000 }, (_, n) => `${n * 7919};`).join(''));
    const archive = zip([{ name: 'b.tar', content: tar([{ name: 'a.csv', content }]) }]);
    const { members, codes } = walked(archive);
    expect(members.get('zip:b.tar!tar:a.csv')?.equals(content)).toBe(true);
    expect(codes).toEqual([]);
    let seen = 0;
    const visit = ({ place }: { place: string }) =>
      place.endsWith('a.csv') ? (chunk: Uint8Array) => void (seen += chunk.length) : undefined;
    const { findings } = judgeFile(inMemory(archive), { name: 'a.zip', type: null }, { ...FILE_POLICY, visit });
    expect(findings).toEqual([]);
    expect(seen).toBe(content.length);
  });
});

describe('what is not shown is said', () => {
  it.each([
    ['archive-encrypted', zip([{ name: 'a.txt', content: EICAR, isEncrypted: true }])],
    ['archive-opaque', zip([{ name: 'a.txt', content: EICAR, isStored: true, claims: { method: 12 } }])],
    ['archive-bomb', gzipSync(Buffer.alloc(9_000_000))],
    ['structure-broken', gzipSync(EICAR).subarray(0, 40)],
  ])('%s', (code, octets) => {
    expect(walked(octets).codes).toContain(code);
  });
});
