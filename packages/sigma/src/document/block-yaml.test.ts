import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Place } from '../diagnostic.ts';
import { DEFAULT_LIMITS } from '../limits.ts';
import { readBlockYaml } from './block-yaml.ts';
import { readWholeYaml, readYaml } from './yaml.ts';
import type { Yaml } from './yaml-tree.ts';

const at = ({ line, column, pointer }: Place): string => `${line}:${column} ${pointer}`;

/** A tree with every place in it, so that two of them can be compared. */
function shown(node: Yaml): unknown {
  if (node.kind === 'scalar') return [node.value, node.source, at(node.place)];
  if (node.kind === 'list') return [at(node.place), node.items.map((item) => shown(item))];
  return [at(node.place), [...node.entries].map(([name, { key, value }]) => [name, at(key), shown(value)])];
}

/** Both readers of a text; `block` is null where the quick one leaves it to the other. */
function both(text: string): { readonly block: unknown; readonly whole: unknown } {
  const block = readBlockYaml(text, DEFAULT_LIMITS)?.map((root) => shown(root)) ?? null;
  const whole = readWholeYaml(text, 'a.yml', DEFAULT_LIMITS).map(({ root, findings }) =>
    root === null || findings.list.length > 0 ? findings.list.map(({ message }) => message) : shown(root),
  );
  return { block, whole };
}

const RULE = `title: It's a rule  # with a comment
# another one
id: 5d8d3b2e-0000-4000-8000-000000000001
date: 2026-01-31
description: |
  Two lines, one of them
    indented: further

  # and this is none
references:
- https://example.org/a#b
- 'https://example.org/it''s'
empty:
detection:
    selection:
        - Image|endswith: '\\a.exe'
          Numbers|contains|all:
              - 1e3
              - 0x1F
              - -5
              - .5
              - ~
              - "plain"
        - 'quoted|key': true
          "other": False
    keywords:
        - two words
        - a: b
    condition: 1 of selection* and not keywords
---
title: the next one
name: |-
    stripped

---
`;

describe('rules as they are written', () => {
  test('are read by the quick reader as the one of the whole language reads them, place by place', () => {
    const { block, whole } = both(RULE);
    expect(block).not.toBeNull();
    expect(block).toEqual(whole);
    expect(JSON.stringify(whole)).toContain('"Two lines, one of them\\n  indented: further\\n\\n# and this is none\\n"');
  });

  test.each([
    'a: [1, 2]',
    'a: { b: 1 }',
    'a: &x 1\nb: *x',
    'a: !!str 1',
    'a: >\n  folded\n  text',
    'a: |2\n   text',
    'a: first\n  and second line',
    'a: "with \\n an escape"',
    "a: 'over\n  two lines'",
    '? a\n: b',
    'a\t: b',
    'a: 1\rb: 2',
    '%YAML 1.2\n---\na: 1',
    '- a',
    'a:\n  - - nested',
    'word',
  ])('%j is left to the other reader', (text) => {
    expect(readBlockYaml(text, DEFAULT_LIMITS)).toBeNull();
  });

  test.each(['a: 1\na: 2', 'a: b: c', 'a: 1\n  b: 2', 'a:\n    b: 1\n  c: 2', "a: 'open", 'a: |\n  x\n y', '@a: 1', 'a: `b`'])(
    'a fault is found and told by the other reader: %j',
    (text) => {
      const [first] = readYaml(text, 'a.yml', DEFAULT_LIMITS);
      expect(first?.findings.list.map(({ code }) => code)).toEqual(['yaml-invalid']);
    },
  );

  test('lines that end as on Windows are the same lines', () => {
    const read = (text: string): unknown =>
      readYaml(text, 'a.yml', DEFAULT_LIMITS).map(({ root }) => (root === null ? null : shown(root)));
    expect(read(RULE.replaceAll('\n', '\r\n'))).toEqual(read(RULE));
    expect(readWholeYaml(RULE.replaceAll('\n', '\r\n'), 'a.yml', DEFAULT_LIMITS).map(({ root }) => root && shown(root))).toEqual(
      read(RULE),
    );
  });

  test('a text over the limits is left to the reader that says so', () => {
    expect(readBlockYaml('a:\n  b:\n    c: 1', { ...DEFAULT_LIMITS, nestingMax: 2 })).toBeNull();
    expect(readBlockYaml('a:\n  - 1\n  - 2', { ...DEFAULT_LIMITS, nodesMax: 3 })).toBeNull();
    expect(readBlockYaml('a:\n  - 1\n  - 2', { ...DEFAULT_LIMITS, nodesMax: 4 })).not.toBeNull();
  });
});

test('whatever is changed in a text, what the quick reader reads is what the other one reads', () => {
  const bits = [
    ' ',
    '  ',
    '\n',
    ':',
    ': ',
    ' #',
    '#',
    '- ',
    '-',
    "'",
    '"',
    '|\n',
    '|-\n',
    '>',
    '[',
    '{',
    '&a ',
    '*a',
    '!',
    '? ',
    '~',
  ];
  const more = [
    'null',
    '1e3',
    '0o7',
    '-1',
    '.inf',
    '---\n',
    '...\n',
    '%',
    '   \n',
    '\\',
    '@',
    'a: b',
    '\n    ',
    '<<: ',
    ',',
    'é',
  ];
  const edit = fc.tuple(fc.nat(RULE.length), fc.nat(5), fc.oneof(fc.constantFrom(...bits, ...more), fc.constant('')));
  const part = fc.tuple(fc.nat(RULE.length), fc.nat(400));
  let read = 0;
  fc.assert(
    fc.property(part, fc.array(edit, { minLength: 1, maxLength: 4 }), ([from, length], edits) => {
      const piece = RULE.slice(RULE.lastIndexOf('\n', from) + 1).slice(0, length);
      const text = edits.reduce((all, [where, gone, put]) => {
        const place = where % (all.length + 1);
        return all.slice(0, place) + put + all.slice(place + gone);
      }, piece);
      const { block, whole } = both(text);
      if (block === null) return;
      read += 1;
      expect(block).toEqual(whole);
    }),
    { numRuns: 3000, seed: 7 },
  );
  expect(read).toBeGreaterThan(300);
});
