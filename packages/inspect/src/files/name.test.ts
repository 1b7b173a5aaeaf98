import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cleanName, judgeName } from './name.ts';

const codes = (name: string): readonly string[] => judgeName(name).map(({ code }) => code);
const ODD = fc.array(
  fc.oneof(
    fc.string({ unit: 'binary', maxLength: 6 }),
    fc.constantFrom(
      '../',
      '\\',
      '.php',
      '.',
      ' ',
      '\0',
      '\u202e',
      'con',
      '.jpg',
      '<b>',
      ':',
      '\ud800',
      'e\u0301',
      ';',
      '%00',
      'x'.repeat(120),
    ),
  ),
  { maxLength: 12 },
);

describe('names of files', () => {
  it.each([
    ['../../etc/passwd', 'name-escape'],
    ['..\\..\\windows\\win.ini', 'name-escape'],
    ['/etc/passwd', 'name-escape'],
    ['C:\\boot.ini', 'name-escape'],
    ['a/../../b', 'name-escape'],
    ['x.php\0.jpg', 'name-escape'],
    ['x.php.jpg', 'name-double'],
    ['x.asp;.jpg', 'name-double'],
    ['x.phtml.png', 'name-double'],
    ['invoice\u202efdp.exe', 'name-double'],
    ['x.php.', 'name-double'],
    ['x.aspx ', 'name-double'],
    ['CON.txt', 'name-double'],
    ['x.aspx::$DATA', 'name-double'],
    ['.htaccess', 'name-double'],
    ['report.pdf.exe.txt', 'name-double'],
    [`${'a'.repeat(300)}.png`, 'name-double'],
    ['"><img src=x onerror=alert(1)>.png', 'name-code'],
    ['<?php x ?>.gif', 'name-code'],
  ])('%j has %s', (name, code) => {
    expect(codes(name)).toContain(code);
  });

  it.each([
    'holiday.jpg',
    'archive.tar.gz',
    'report v1.2 (final).pdf',
    'invoice-example.com.pdf',
    'faktura allegro.pl.pdf',
    'Übersicht 2026.xlsx',
    '日本語のファイル.docx',
    'می\u200cخواهم.txt',
    "it's mine & yours.txt",
    'app.min.js',
    'Makefile',
    'folder/inner/name.txt',
    '👩\u200d💻.png',
    'console.log',
    'command.txt',
    '',
  ])('%j has nothing', (name) => {
    expect(codes(name)).toEqual([]);
  });
});

describe('clean names', () => {
  it.each([
    ['../../x.php.jpg', 'x_php.jpg'],
    ['C:\\fakepath\\cat.png', 'cat.png'],
    ['.htaccess', 'htaccess'],
    ['con.txt', '_con.txt'],
    ['a\0b.png', 'a_b.png'],
    ['invoice\u202efdp.exe', 'invoicefdp.exe'],
    ['x.aspx ', 'x.aspx'],
    ['e\u0301.txt', '\u00e9.txt'],
    ['', 'file'],
    ['..', 'file'],
    ['日本語のファイル.docx', '日本語のファイル.docx'],
    ['report v1.2 (final).pdf', 'report v1.2 (final).pdf'],
  ])('%j becomes %j', (name, clean) => {
    expect(cleanName(name)).toBe(clean);
  });

  it('are clean: of any name, twice the same, short, in NFC, with nothing left to find', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          ODD.map((parts) => parts.join('')),
          fc.string({ unit: 'binary', maxLength: 700 }),
        ),
        (name) => {
          const clean = cleanName(name);
          expect(cleanName(clean)).toBe(clean);
          expect(clean.normalize('NFC')).toBe(clean);
          expect(clean.isWellFormed()).toBe(true);
          expect(Buffer.byteLength(clean)).toBeLessThanOrEqual(201);
          expect(clean).not.toBe('');
          expect(codes(clean)).toEqual([]);
        },
      ),
      { numRuns: 3000 },
    );
  });
});
