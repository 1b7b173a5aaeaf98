import { describe, expect, test } from 'vitest';
import { applyPipelines, compile, readDocuments, readPipeline, Scanner, type FieldValue } from '../index.ts';

type Fields = Record<string, FieldValue>;

const rule = (selection: string, condition = 'sel'): string =>
  `title: A rule\nid: r1\nlevel: high\nstatus: test\ndate: 2024-05-01\ntags: [attack.t1059]\nlogsource: { category: process_creation, product: windows }\nfields: [User]\ndetection:\n${selection}\n  condition: ${condition}\n`;
const SELECTION = rule('  sel: { Image|endswith: \\cmd.exe, User: ann }');

function through(text: string, ...transformations: string[]) {
  const body = transformations.map((one) => `  - ${one}\n`).join('');
  const { pipeline, diagnostics } = readPipeline(
    `name: p\nvars: { admins: ['ann', 'adm*'] }\ntransformations:\n${body}`,
    'p.yml',
  );
  expect(diagnostics).toEqual([]);
  const applied = applyPipelines(readDocuments(text, 'r.yml').documents, pipeline === null ? [] : [pipeline]);
  const { ruleset } = compile(applied.documents);
  return {
    refusals: applied.diagnostics.map(({ code, message }) => `${code} ${message}`),
    rule: applied.documents[0],
    matches: (fields: Fields): boolean =>
      ruleset !== null && new Scanner(ruleset).match({ fields: new Map(Object.entries(fields)) }).length > 0,
  };
}

describe('field names', () => {
  test.each<[string, Fields, Fields]>([
    [
      '{ type: field_name_mapping, mapping: { Image: process.path, User: user.name } }',
      { 'process.path': 'C:\\cmd.exe', 'user.name': 'ann' },
      { Image: 'C:\\cmd.exe', User: 'ann' },
    ],
    [
      '{ type: field_name_mapping, mapping: { Image: [one, two] } }',
      { two: '\\cmd.exe', User: 'ann' },
      { two: 'x', User: 'ann' },
    ],
    [
      '{ type: field_name_prefix_mapping, mapping: { Im: in.Im } }',
      { 'in.Image': '\\cmd.exe', User: 'ann' },
      { 'in.Image': 'x', User: 'ann' },
    ],
    [
      '{ type: field_name_prefix, prefix: win. }',
      { 'win.Image': '\\cmd.exe', 'win.User': 'ann' },
      { Image: '\\cmd.exe', User: 'ann' },
    ],
    [
      '{ type: field_name_suffix, suffix: .keyword }',
      { 'Image.keyword': '\\cmd.exe', 'User.keyword': 'ann' },
      { Image: '\\cmd.exe', User: 'ann' },
    ],
    [
      '{ type: field_name_transform, transform: snake_case, mapping: { User: who } }',
      { image: '\\cmd.exe', who: 'ann' },
      { image: '\\cmd.exe', user: 'ann' },
    ],
    [
      '{ type: field_name_prefix, prefix: win., field_name_conditions: [{ type: include_fields, fields: [User] }] }',
      { Image: '\\cmd.exe', 'win.User': 'ann' },
      { 'win.Image': '\\cmd.exe', 'win.User': 'ann' },
    ],
    [
      "{ type: field_name_prefix, prefix: win., field_name_conditions: [{ type: exclude_fields, mode: re, fields: ['Us.*'] }] }",
      { 'win.Image': '\\cmd.exe', User: 'ann' },
      { Image: '\\cmd.exe', User: 'ann' },
    ],
  ])('%s', (transformation, matching, other) => {
    const { matches } = through(SELECTION, transformation);
    expect(matches(matching)).toBe(true);
    expect(matches(other)).toBe(false);
  });

  test('the list of fields, references to fields, keywords and correlations are renamed as well', () => {
    const mapping = '{ type: field_name_mapping, mapping: { User: user.name, Owner: file.owner, "": message } }';
    expect(through(SELECTION, mapping).rule?.metadata.fields).toEqual(['user.name']);
    const reference = through(rule('  sel: { User|fieldref: Owner }'), mapping);
    expect(reference.matches({ 'user.name': 'ann', 'file.owner': 'ANN' })).toBe(true);
    const keywords = through(rule('  sel: [mimikatz]'), mapping);
    expect([keywords.matches({ message: 'run Mimikatz now' }), keywords.matches({ other: 'mimikatz' })]).toEqual([true, false]);
    const correlation =
      'title: c\ncorrelation: { type: value_count, rules: [r1], group-by: [User], timespan: 1m, condition: { field: Owner, gte: 2 } }';
    expect(through(correlation, mapping).rule).toMatchObject({ groupBy: ['user.name'], condition: { fields: ['file.owner'] } });
    const twice = '{ type: field_name_mapping, mapping: { User: [a, b] } }';
    expect(through(correlation, twice).refusals[0]).toContain('pipeline-failure');
  });
});

describe('values', () => {
  test.each<[string, string, Fields, Fields]>([
    [
      'replace_string',
      "{ type: replace_string, regex: '^(a)n', replacement: '\\1m\\g<1>' }",
      { Image: '\\cmd.exe', User: 'aman' },
      { Image: '\\cmd.exe', User: 'ann' },
    ],
    [
      'replace_string between wildcards',
      "{ type: replace_string, regex: '\\\\', replacement: '/', skip_special: true }",
      { Image: '/cmd.exe', User: 'ann' },
      { Image: '\\cmd.exe', User: 'ann' },
    ],
    [
      'map_string',
      '{ type: map_string, mapping: { ann: [bob, eve] } }',
      { Image: '\\cmd.exe', User: 'eve' },
      { Image: '\\cmd.exe', User: 'ann' },
    ],
    [
      'set_value',
      '{ type: set_value, value: 7, field_name_conditions: [{ type: include_fields, fields: [User] }] }',
      { Image: '\\cmd.exe', User: 7 },
      { Image: '\\cmd.exe', User: 'ann' },
    ],
    ['case', '{ type: case, method: upper }', { Image: '\\cmd.exe', User: 'ann' }, { Image: '\\cmd.ex', User: 'ann' }],
    [
      'regex',
      '{ type: regex, method: ignore_case_brackets }',
      { Image: 'C:\\CMD.exe', User: 'Ann' },
      { Image: '\\cmd.exe', User: 'anna' },
    ],
    [
      'convert_type',
      '{ type: convert_type, target_type: str }',
      { Image: '\\cmd.exe', User: 'ann' },
      { Image: '\\cmd.exe', User: 'eve' },
    ],
    [
      'drop_detection_item',
      '{ type: drop_detection_item, field_name_conditions: [{ type: include_fields, fields: [User] }] }',
      { Image: '\\cmd.exe' },
      { Image: 'x' },
    ],
    [
      'match_string',
      "{ type: set_value, value: x, detection_item_conditions: [{ type: match_string, pattern: 'an+$' }] }",
      { Image: '\\cmd.exe', User: 'x' },
      { Image: '\\cmd.exe', User: 'ann' },
    ],
    [
      'contains_wildcard',
      '{ type: set_value, value: x, detection_item_conditions: [{ type: contains_wildcard }] }',
      { Image: 'x', User: 'ann' },
      { Image: '\\cmd.exe', User: 'ann' },
    ],
    [
      'match_value',
      '{ type: set_value, value: x, detection_item_conditions: [{ type: match_value, value: ann }] }',
      { Image: '\\cmd.exe', User: 'x' },
      { Image: '\\cmd.exe', User: 'ann' },
    ],
  ])('%s', (_name, transformation, matching, other) => {
    const { matches } = through(SELECTION, transformation);
    expect(matches(matching)).toBe(true);
    expect(matches(other)).toBe(false);
  });

  test('hashes become fields of their own', () => {
    const md5 = '987B65CD9B9F4E9A1AFD8F8B48CF64A7';
    const { matches } = through(
      rule(`  sel: { Hashes|contains: ['MD5=${md5}', 'SHA1=5F1CBC3D99558307BC1250D084FA968521482025'] }`),
      '{ type: hashes_fields, valid_hash_algos: [MD5, SHA1], field_prefix: File }',
    );
    expect([matches({ FileMD5: md5.toLowerCase() }), matches({ FileSHA1: md5 }), matches({ Hashes: `MD5=${md5}` })]).toEqual([
      true,
      false,
      false,
    ]);
  });

  test('a value is taken apart into fields', () => {
    const { matches } = through(
      rule("  sel: { reg: ['Dword:00001', 'Qword:7'] }"),
      "{ type: extract_fields, regex: '(?P<type>[A-Za-z]+):(?P<value>[0-9]+)', field_prefix: reg }",
    );
    expect([
      matches({ 'reg.type': 'dword', 'reg.value': '00001' }),
      matches({ 'reg.type': 'qword', 'reg.value': 7 }),
      matches({ 'reg.type': 'qword', 'reg.value': '00001' }),
    ]).toEqual([true, true, false]);
  });
});

describe('placeholders', () => {
  const waiting = rule("  sel: { User|expand: '%admins%' }");
  test.each<[string, string, boolean[]]>([
    [waiting, '{ type: value_placeholders }', [true, true, false]],
    [waiting, '{ type: value_placeholders, include: [others] }', [false, false, false]],
    [waiting, '{ type: wildcard_placeholders }', [true, true, true]],
    [rule("  sel: { User|re|expand: '^%admins%$' }"), '{ type: value_placeholders, exclude: [others] }', [true, true, false]],
    [rule("  sel: { User|contains|expand: 'x%admins%' }"), '{ type: value_placeholders }', [false, false, false]],
  ])('%s with %s', (text, transformation, expected) => {
    const { matches } = through(text, transformation);
    expect(['ann', 'adm1', 'eve'].map((user) => matches({ User: user }))).toEqual(expected);
  });

  test('a rule whose placeholder has no value waits, one whose variable is missing is refused', () => {
    const { documents } = readDocuments(waiting, 'r.yml');
    const { ruleset, diagnostics } = compile(documents);
    expect([ruleset?.rules.length, ruleset?.waiting.length, diagnostics[0]?.code]).toEqual([0, 1, 'placeholder-unresolved']);
    expect(through(rule("  sel: { User|expand: '%nobody%' }"), '{ type: value_placeholders }').refusals[0]).toContain('nobody');
  });
});

describe('rules', () => {
  test('conditions, log source and fields of a rule are changed', () => {
    const added = through(
      SELECTION,
      "{ type: add_condition, conditions: { index: '$product-$service-log', Event: [1, 2] }, template: true }",
    );
    expect(added.matches({ Image: '\\cmd.exe', User: 'ann', index: 'windows--log', Event: 2 })).toBe(true);
    expect(added.matches({ Image: '\\cmd.exe', User: 'ann', Event: 2 })).toBe(false);
    const negated = through(SELECTION, '{ type: add_condition, conditions: { test: true }, negated: true }');
    expect([
      negated.matches({ Image: '\\cmd.exe', User: 'ann' }),
      negated.matches({ Image: '\\cmd.exe', User: 'ann', test: true }),
    ]).toEqual([true, false]);
    expect(through(SELECTION, '{ type: change_logsource, category: x }').rule).toMatchObject({ logsource: { category: 'x' } });
    const fields = (transformation: string): unknown => through(SELECTION, transformation).rule?.metadata.fields;
    expect([
      fields('{ type: add_field, field: a }'),
      fields('{ type: remove_field, field: User }'),
      fields('{ type: set_field, fields: [b] }'),
    ]).toEqual([['User', 'a'], [], ['b']]);
  });

  const FAIL = 'type: rule_failure, message: no';
  test.each([
    ['rule_conditions: [{ type: logsource, product: windows }]', true],
    ['rule_conditions: [{ type: logsource, product: linux }]', false],
    ['rule_conditions: [{ type: logsource, product: linux }], rule_cond_not: true', true],
    ['rule_conditions: [{ type: logsource, product: linux }, { type: is_sigma_rule }], rule_cond_op: or', true],
    [
      'rule_conditions: { a: { type: logsource, product: linux }, b: { type: is_sigma_rule } }, rule_cond_expr: b and not a',
      true,
    ],
    ['rule_conditions: [{ type: contains_field, field: User }]', true],
    ['rule_conditions: [{ type: contains_detection_item, field: User, value: eve }]', false],
    ['rule_conditions: [{ type: is_sigma_correlation_rule }]', false],
    ['rule_conditions: [{ type: tag, tag: attack.t1059 }]', true],
    ['rule_conditions: [{ type: rule_attribute, attribute: level, op: gte, value: medium }]', true],
    ['rule_conditions: [{ type: rule_attribute, attribute: date, op: lt, value: 2024-01-01 }]', false],
    ['rule_conditions: [{ type: rule_attribute, attribute: tags, op: in, value: attack.t1059 }]', true],
    ['rule_conditions: [{ type: processing_item_applied, processing_item_id: first }]', true],
    ['rule_conditions: [{ type: processing_state, key: k, val: v }]', true],
    ['rule_conditions: [{ type: processing_state, key: k, val: other }]', false],
  ])('%s holds: %s', (conditions, isRefused) => {
    const { refusals } = through(SELECTION, '{ type: set_state, key: k, val: v, id: first }', `{ ${FAIL}, ${conditions} }`);
    expect(refusals.length > 0).toBe(isRefused);
  });

  test('nested pipelines share state; mappings are strict on demand; priorities order pipelines', () => {
    expect(
      through(
        SELECTION,
        `{ type: nest, items: [{ type: set_state, key: k, val: v }, { ${FAIL}, rule_conditions: [{ type: processing_state, key: k, val: v }] }] }`,
      ).refusals,
    ).toEqual(['pipeline-failure A rule: no']);
    expect(
      through(SELECTION, '{ type: field_name_mapping, mapping: { User: u } }', '{ type: strict_field_mapping_failure }')
        .refusals[0],
    ).toContain('Image');
    expect(
      through(
        SELECTION,
        '{ type: detection_item_failure, message: no, field_name_conditions: [{ type: include_fields, fields: [Other] }] }',
      ).refusals,
    ).toEqual([]);
    const named = (name: string, priority: number) =>
      readPipeline(`priority: ${priority}\ntransformations: [{ type: field_name_suffix, suffix: ${name} }]`, name).pipeline;
    const pipelines = [named('b', 20), named('a', 10)].flatMap((pipeline) => pipeline ?? []);
    expect(applyPipelines(readDocuments(SELECTION, 'r.yml').documents, pipelines).documents[0]?.metadata.fields).toEqual([
      'Userab',
    ]);
  });

  test('what is left with nothing goes out of the condition, and a rule left with nothing is refused', () => {
    const dropped = '{ type: drop_detection_item, field_name_conditions: [{ type: include_fields, fields: [b] }] }';
    const { matches } = through(rule('  s1: { a: 1 }\n  s2: { b: 1 }', 's1 or s2'), dropped);
    expect([matches({ a: 1 }), matches({ c: 1 })]).toEqual([true, false]);
    expect(through(rule('  sel: { b: 1 }'), dropped).refusals[0]).toContain('nothing is left');
  });
});

test.each([
  ['transformations: { a: 1 }', 'pipeline-invalid'],
  ['transformations: [{ type: magic }]', 'pipeline-invalid'],
  ['transformations: [{ type: http_placeholders }]', 'pipeline-unsupported'],
  ['transformations: [{ type: command_placeholders }]', 'pipeline-unsupported'],
  ['transformations: [{ type: query_expression_placeholders }]', 'pipeline-unsupported'],
  ["transformations: [{ type: replace_string, regex: '(a)\\1', replacement: b }]", 'regex-unsupported'],
  ['transformations: [{ type: case, method: title }]', 'pipeline-invalid'],
  ['transformations: [{ type: case, rule_conditions: [{ type: moon }] }]', 'pipeline-invalid'],
  ['transformations: [{ type: value_placeholders, include: [a], exclude: [b] }]', 'pipeline-invalid'],
  ['- a', 'pipeline-invalid'],
])('%s is refused with %s', (text, code) => {
  const { pipeline, diagnostics } = readPipeline(text, 'p.yml');
  expect(pipeline).toBeNull();
  expect(diagnostics.map((diagnostic) => diagnostic.code)).toContain(code);
});
