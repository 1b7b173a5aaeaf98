import { decodeRequest } from '@holdfast/inspect';
import type { Field } from '@holdfast/inspect';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MultipartReader } from './multipart-reader.ts';

const TYPE = 'multipart/form-data; boundary=XX';
const part = (head: string, content: string): string => `--XX\r\n${head}\r\n\r\n${content}\r\n`;
const FIELD = 'Content-Disposition: form-data; name="a"';
const FILE = 'Content-Disposition: form-data; name="f"; filename="p.png"';

interface Reading {
  readonly fields: Field[];
  readonly bytes: Buffer;
  readonly fault: string | null;
}

/** Reads a body in pieces of the given sizes, which repeat. */
function read(body: Uint8Array, sizes: readonly number[]): Reading {
  const reader = new MultipartReader('XX');
  const fields: Field[] = [];
  const released: Uint8Array[] = [];
  for (let at = 0, turn = 0; at < body.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    const passed = reader.passOver(body.subarray(at, at + size));
    if (passed !== null) {
      released.push(...passed);
      at += size;
      continue;
    }
    const step = reader.push(body.subarray(at, at + size));
    fields.push(...step.fields);
    released.push(step.bytes);
    at += size;
    if (step.fault !== null) return { fields, bytes: Buffer.concat(released), fault: step.fault.kind };
  }
  const last = reader.end();
  return {
    fields: [...fields, ...last.fields],
    bytes: Buffer.concat([...released, last.bytes]),
    fault: last.fault?.kind ?? null,
  };
}

const readText = (text: string, sizes: readonly number[] = [7]): Reading => read(Buffer.from(text, 'latin1'), sizes);

describe('streaming multipart', () => {
  it('reads what the decoder for whole bodies reads, in pieces of any size, and passes it on unchanged', () => {
    const piece = fc.oneof(
      fc.constantFrom('--XX', '\r\n', '\r\n--XX', '--', '\r\n\r\n', '\n', '-', FIELD, FILE, part(FIELD, 'x'), part(FILE, 'data')),
      fc.string({ unit: 'binary', maxLength: 5 }),
    );
    const body = fc.tuple(fc.array(piece, { maxLength: 8 }), fc.boolean()).map(([pieces, isFramed]) => {
      const text = pieces.join('');
      return Buffer.from(isFramed ? `${part(FIELD, text)}--XX--\r\n` : text);
    });
    let readWhole = 0;
    fc.assert(
      fc.property(body, fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 }), (bytes, sizes) => {
        const streamed = read(bytes, sizes);
        if (bytes.length === 0) return;
        const headers: [string, string][] = [['content-type', TYPE]];
        const whole = decodeRequest({ method: 'POST', target: '/x', headers, body: bytes }, '/x');
        expect(streamed.fault === null).toBe(whole.kind === 'ok');
        if (whole.kind !== 'ok') return;
        readWhole += 1;
        expect(streamed.bytes.equals(bytes)).toBe(true);
        const inBody = whole.request.fields.filter(({ location }) => location === 'multipart' || location === 'file-name');
        expect(streamed.fields.map(({ location, name }) => [location, name])).toEqual(
          inBody.map(({ location, name }) => [location, name]),
        );
      }),
      { numRuns: 2000 },
    );
    // The comparison would be worth little if nearly everything were refused.
    expect(readWhole).toBeGreaterThan(200);
  });

  it('lets a file through as it comes and holds a field until it is whole', () => {
    const reader = new MultipartReader('XX');
    const head = Buffer.from(`--XX\r\n${FILE}\r\n\r\n`);
    expect(reader.push(head).fields).toEqual([{ location: 'file-name', name: 'f', value: 'p.png' }]);
    expect(reader.push(Buffer.alloc(100_000, 'a')).bytes.length).toBeGreaterThan(99_990);
    expect(reader.push(Buffer.from(`\r\n--XX\r\n${FIELD}\r\n\r\nfirst `)).bytes.toString()).not.toContain('name');
    expect(reader.push(Buffer.from('second ')).bytes.length).toBe(0);
    const whole = reader.push(Buffer.from('third\r\n--XX--\r\n'));
    expect(whole.fields).toEqual([{ location: 'multipart', name: 'a', value: 'first second third' }]);
    expect(Buffer.from(whole.bytes).toString()).toContain('third');
    // The closing delimiter waits for the end of the body, so that nothing can follow it.
    expect(Buffer.from(whole.bytes).toString()).not.toContain('--XX--');
    expect(Buffer.from(reader.end().bytes).toString()).toBe('\r\n--XX--\r\n');
  });

  it('hands on the beginning of a file that is text before any of it goes on, and of a picture nothing', () => {
    const reader = new MultipartReader('XX');
    reader.push(Buffer.from(`--XX\r\n${FILE}\r\n\r\n<?php `));
    const early = reader.push(Buffer.alloc(8_000, 'a'));
    expect([early.fields, early.bytes.length]).toEqual([[], 0]);
    const step = reader.push(Buffer.from('\u00e9'.repeat(1_000)));
    expect(step.fields.map(({ name, isFile, value }) => [name, isFile, value.slice(0, 7)])).toEqual([['f', true, '<?php a']]);
    expect(step.fields[0]?.value.endsWith('\u00e9')).toBe(true);
    expect(step.bytes.length).toBeGreaterThan(8_192);
    const short = readText(`${part(FILE, '<svg/>')}${part(FILE, '\x89PNG\0')}--XX--`);
    expect(short.fields.filter(({ isFile }) => isFile === true).map(({ value }) => value)).toEqual(['<svg/>']);
  });

  it('has limits for one text field, for all of them, for part heads and for parts; files have none here', () => {
    expect(readText(`${part(FIELD, '.'.repeat(65_536))}--XX--`, [5000]).fault).toBeNull();
    expect(readText(`${part(FIELD, '.'.repeat(65_537))}--XX--`, [5000]).fault).toBe('over-limit');
    expect(readText(`--XX\r\n${FIELD}\r\n\r\n${'.'.repeat(65_700)}`, [5000]).fault).toBe('over-limit');
    expect(readText(`${part(FIELD, '.'.repeat(60_000)).repeat(17)}--XX--`, [5000]).fault).toBeNull();
    expect(readText(`${part(FIELD, '.'.repeat(60_000)).repeat(18)}--XX--`, [5000]).fault).toBe('over-limit');
    expect(readText(`--XX\r\n${FIELD}\r\nX: ${'y'.repeat(20_000)}`, [100]).fault).toBe('over-limit');
    expect(readText(`${part(FIELD, 'x').repeat(101)}--XX--`, [100]).fault).toBe('over-limit');
    expect(readText(`${part(FIELD, 'x').repeat(100)}--XX--`, [100]).fault).toBeNull();
    expect(readText(`${part(FILE, 'x'.repeat(3_000_000))}--XX--`, [65_536]).fault).toBeNull();
  });

  it('refuses a body that goes on behind its end or never comes to it', () => {
    expect(readText(`${part(FIELD, 'x')}--XX--\r\n${part(FIELD, 'y')}`).fault).toBe('ambiguous');
    expect(readText(`${part(FIELD, 'x')}--XX--\r`).fault).toBe('ambiguous');
    expect(readText(part(FIELD, 'x')).fault).toBe('ambiguous');
    expect(readText(part(FILE, 'x')).fault).toBe('ambiguous');
    expect(readText(`--XX\r\n${FILE}\r\n\r\ndata`).fault).toBe('ambiguous');
  });
});

describe('a field that is a long text in base64', () => {
  const BYTES = 200_000;
  const text = Buffer.alloc(BYTES, 7).toString('base64');
  const body = Buffer.from(`${part(FIELD, `data:image/png;base64,${text}`)}${part(FIELD, 'short')}--XX--\r\n`);

  it.each([[[body.length]], [[1000]], [[70_000, 3]], [[66_000, 1, 40_000]]])('goes on as it comes, in pieces of %j', (sizes) => {
    const reader = new MultipartReader('XX');
    const released: Uint8Array[] = [];
    for (let at = 0, turn = 0; at < body.length; turn += 1) {
      const size = sizes[turn % sizes.length] ?? 1;
      const step = reader.push(body.subarray(at, at + size));
      expect(step.fault).toBeNull();
      released.push(step.bytes);
      at += size;
    }
    released.push(reader.end().bytes);
    expect(Buffer.concat(released).equals(body)).toBe(true);
    const [found] = reader.encoded;
    expect(reader.encoded).toHaveLength(1);
    expect(found).toMatchObject({ name: 'a', url: { type: 'image/png' } });
    expect(body.subarray(found?.from, found?.to ?? 0).toString()).toBe(text);
  });

  it('is told by its beginning, which is longer than any field that is held', () => {
    const { fields, fault } = read(body, [1000]);
    expect(fault).toBeNull();
    expect(fields.map(({ value }) => value.length)).toEqual([65_537, 5]);
  });

  it.each(['<', '=a', ' x', '\u00e9'])('has nothing else in it: %s', (odd) => {
    const broken = Buffer.from(`${part(FIELD, `${text}${odd}${text}`)}--XX--\r\n`);
    expect(read(broken, [5000]).fault).toBe('over-limit');
    expect(read(broken, [broken.length]).fault).toBe('over-limit');
  });
});
