import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import * as fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { parseEnvFile, type EnvLine } from '../env-file/parse.ts';
import { variable, writeEnvFile } from '../env-file/write.ts';
import { changeRecipients, openEnv, resealEnv, sealEnv } from './sealed-env.ts';

const PLAIN = "# shop\nDATABASE_PASSWORD='correct horse'\n\nexport API_KEY=abc123 # of the supplier\nDEBUG=true\n";

const linesOf = (text: string): readonly EnvLine[] => {
  const parsed = parseEnvFile(text);
  if (parsed.kind === 'refused') throw new Error(JSON.stringify(parsed.faults));
  return parsed.lines;
};
const person = async (): Promise<{ identity: string; recipient: string }> => {
  const identity = await generateX25519Identity();
  return { identity, recipient: await identityToRecipient(identity) };
};

let ann: Awaited<ReturnType<typeof person>>;
let bob: typeof ann;
let sealed = '';
beforeAll(async () => {
  [ann, bob] = await Promise.all([person(), person()]);
  sealed = await sealEnv(linesOf(PLAIN), [ann.recipient]);
});
const open = (text: string, identity = ann.identity) => openEnv(text, { file: '.env.enc', identities: [identity] });
/** The code of the refusal and the line that it names. */
const refusalOf = async (text: string): Promise<[string, number | undefined, string | undefined]> => {
  const error: unknown = await open(text).catch((cause: unknown) => cause);
  const { code, errors } = error as { code: string; errors: { line?: number; detail: string }[] };
  return [code, errors[0]?.line, errors[0]?.detail];
};
const rows = (text: string): string[] => text.split('\n').slice(0, -1);
const withRows = (change: (lines: string[]) => string[]): string => `${change(rows(sealed)).join('\n')}\n`;

describe('a sealed file', () => {
  test('gives back what went in, comments and order too', async () => {
    expect(writeEnvFile((await open(sealed)).lines)).toBe(PLAIN);
  });

  test('shows names and comments, and no value in any form', () => {
    for (const shown of ['# shop', 'DATABASE_PASSWORD=enc:v1:', 'export API_KEY=enc:v1:', '# of the supplier'])
      expect(sealed).toContain(shown);
    for (const hidden of ['correct horse', 'abc123', Buffer.from('abc123').toString('base64url'), '=true'])
      expect(sealed).not.toContain(hidden);
  });

  test('does not tell short values apart by their length', async () => {
    const text = await sealEnv([variable('A', 'true'), variable('B', 'false'), variable('C', '')], [ann.recipient]);
    const lengths = rows(text).flatMap((row) => (/^[ABC]=/u.test(row) ? [row.length] : []));
    expect(new Set(lengths).size).toBe(1);
    expect(lengths).toHaveLength(3);
  });

  test('any values come back', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.string({ unit: 'grapheme', maxLength: 80 }), { maxLength: 5 }), async (values) => {
        const lines = values.map((value, index) => variable(`V${index}`, value));
        const opened = await open(await sealEnv(lines, [ann.recipient]));
        expect(opened.lines.map((line) => line.kind === 'variable' && line.value)).toEqual(values);
      }),
      { numRuns: 40 },
    );
  });

  test('opens for its recipients and nobody else', async () => {
    const both = await sealEnv(linesOf(PLAIN), [ann.recipient, bob.recipient]);
    expect((await open(both, bob.identity)).lines).toHaveLength(5);
    await expect(open(sealed, bob.identity)).rejects.toMatchObject({ code: 'env-file-locked' });
  });

  test('git may change the line ends', async () => {
    expect(writeEnvFile((await open(sealed.replaceAll('\n', '\r\n'))).lines)).toBe(PLAIN);
  });
});

/** Lines of the file: 1 id, 2 to, 3 key, 4 `# shop`, 5 password, 6 blank, 7 API key, 8 DEBUG, 9 mac. */
describe('what somebody changed is refused, with its line', () => {
  test.each<[string, (lines: string[]) => string[], number, RegExp]>([
    ['two lines swapped', (l) => [...l.slice(0, 4), l[6] ?? '', l[5] ?? '', l[4] ?? '', ...l.slice(7)], 5, /another place/u],
    ['a line removed', (l) => l.toSpliced(7, 1), 8, /gone/u],
    ['a line in the middle removed', (l) => l.toSpliced(4, 1), 5, /gone/u],
    ['a line added', (l) => l.toSpliced(4, 0, '# harmless'), 5, /added/u],
    [
      'a line doubled under another name',
      (l) => l.toSpliced(5, 0, (l[4] ?? '').replace('DATABASE_PASSWORD', 'OTHER')),
      6,
      /added/u,
    ],
    ['a comment changed', (l) => l.with(3, '# shop, trust me'), 4, /changed/u],
    ['a value under another name', (l) => l.with(4, (l[4] ?? '').replace('DATABASE_PASSWORD', 'API_URL')), 5, /changed/u],
    ['a recipient added', (l) => l.toSpliced(2, 0, `#@ to ${bob.recipient}`), 3, /added/u],
    [
      'one bit of a value',
      (l) => l.with(7, `${(l[7] ?? '').slice(0, 30)}${l[7]?.[30] === 'A' ? 'B' : 'A'}${(l[7] ?? '').slice(31)}`),
      8,
      /changed/u,
    ],
    ['the code over the file', (l) => l.with(8, `#@ mac ${'A'.repeat(43)}${(l[8] ?? '').slice(50)}`), 9, /code over the file/u],
  ])('%s', async (_, change, line, detail) => {
    expect(await refusalOf(withRows(change))).toEqual(['env-file-altered', line, expect.stringMatching(detail)]);
  });

  test('values of two names exchanged are refused even where the code over the file is passed over', async () => {
    const values = rows(sealed).flatMap((row) => /enc:v1:[^ ]+/u.exec(row)?.[0] ?? []);
    const text = sealed
      .replace(values[0] ?? '', '<>')
      .replace(values[1] ?? '', values[0] ?? '')
      .replace('<>', values[1] ?? '');
    const merged = openEnv(text, { file: '.env.enc', identities: [ann.identity], isMerged: true });
    await expect(merged).rejects.toMatchObject({ code: 'env-file-altered', errors: [{ line: 5 }, { line: 7 }] });
    const honest = await openEnv(
      withRows((l) => l.toSpliced(3, 1)),
      { file: 'f', identities: [ann.identity], isMerged: true },
    );
    expect(honest.lines).toHaveLength(4);
  });

  test('a value of another file with the same name', async () => {
    const other = await sealEnv(linesOf(PLAIN), [ann.recipient]);
    const foreign = rows(other)[7] ?? '';
    expect(await refusalOf(withRows((l) => l.with(7, foreign)))).toEqual(['env-file-altered', 8, 'this line was changed']);
  });
});

describe('what is no sealed file is refused, with its line', () => {
  test.each<[string, (lines: string[]) => string[], number]>([
    ['a plain file', () => ['A=1'], 1],
    [
      'a merge conflict',
      (l) => [...l.slice(0, 4), '<<<<<<< HEAD', l[4] ?? '', '=======', l[4] ?? '', '>>>>>>> b', ...l.slice(5)],
      5,
    ],
    ['a file that was cut', (l) => l.slice(0, 6), 6],
    ['a value in clear', (l) => l.with(7, 'DEBUG=true'), 8],
    ['a line with the mark of the frame', (l) => l.toSpliced(4, 0, '#@ to nobody'), 5],
    ['no key', (l) => l.toSpliced(2, 1), 2],
  ])('%s', async (_, change, line) => {
    expect((await refusalOf(withRows(change))).slice(0, 2)).toEqual(['env-file-invalid', line]);
  });

  test('any text is refused, quickly', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: fc.constantFrom('#@', ' ', 'to', 'key', 'mac', '\n', '=', 'enc:v1:', 'A') }),
        async (text) => {
          await expect(open(text)).rejects.toMatchObject({ code: 'env-file-invalid' });
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('changes', () => {
  const different = (text: string): string[] => rows(text).filter((row) => !rows(sealed).includes(row));

  test('leave the lines of values that stay as they are', async () => {
    const opened = await open(sealed);
    expect(resealEnv(opened, opened.lines)).toBe(sealed);
    const edited = resealEnv(opened, linesOf(`${PLAIN.replace('abc123', 'def456')}NEW=1\n`));
    expect(
      different(edited)
        .map((row) => row.split(/[= ]/u).slice(0, 2).join(' '))
        .map((row) => row.replace(/ enc.*/u, '')),
    ).toEqual(['export API_KEY', 'NEW', '#@ mac']);
    expect(writeEnvFile((await open(edited)).lines)).toBe(`${PLAIN.replace('abc123', 'def456')}NEW=1\n`);
  });

  test('one more recipient: the values stay', async () => {
    const { text, isNewKey } = await changeRecipients(await open(sealed), [ann.recipient, bob.recipient]);
    expect(isNewKey).toBe(false);
    expect(different(text).map((row) => row.split(' ').slice(0, 2).join(' '))).toEqual(['#@ to', '#@ key', '#@ mac']);
    expect(writeEnvFile((await open(text, bob.identity)).lines)).toBe(PLAIN);
  });

  test('one less: a new key for everything, which the one who went has not', async () => {
    const both = await sealEnv(linesOf(PLAIN), [ann.recipient, bob.recipient]);
    const { text, isNewKey } = await changeRecipients(await open(both), [ann.recipient]);
    expect(isNewKey).toBe(true);
    expect(rows(text).filter((row) => row.includes('enc:') && rows(both).includes(row))).toEqual([]);
    await expect(open(text, bob.identity)).rejects.toMatchObject({ code: 'env-file-locked' });
    expect(writeEnvFile((await open(text)).lines)).toBe(PLAIN);
  });

  test('a recipient that is none, nobody at all, and a comment that looks like the frame are refused', async () => {
    await expect(sealEnv([], ['age1nobody'])).rejects.toMatchObject({ code: 'input-invalid' });
    await expect(sealEnv([], [])).rejects.toMatchObject({ code: 'input-invalid' });
    await expect(sealEnv(linesOf('#@ to me\n'), [ann.recipient])).rejects.toMatchObject({ code: 'input-invalid' });
  });
});
