import type { RuleGroup } from '@holdfast/contract';

/** What one probe sends: a value in a query parameter, or a user agent. */
export interface ProbeText {
  /** `probe` unless given. */
  readonly parameter?: string;
  readonly value?: string;
  readonly userAgent?: string;
}

export interface ProbePair {
  readonly group: RuleGroup;
  readonly name: string;
  /** Harmless everywhere: it selects, shows and lists nothing that a visitor could not have. */
  readonly attack: ProbeText;
  /** What a person could mean with nearly the same words. */
  readonly twin: ProbeText;
}

type Texts = readonly [name: string, attack: string, twin: string];
const values = (group: RuleGroup, ...rows: readonly Texts[]): readonly ProbePair[] =>
  rows.map(([name, attack, twin]) => ({ group, name, attack: { value: attack }, twin: { value: twin } }));
const names = (group: RuleGroup, ...[name, attack, twin]: Texts): ProbePair => ({
  group,
  name,
  attack: { parameter: attack, value: 'tea' },
  twin: { parameter: twin, value: 'tea' },
});

/** Few, plain and well known, at least one for each group: the self-test proves the effective mode, not the strength of the detectors. */
export const PROBES: readonly ProbePair[] = [
  ...values(
    'sqli',
    ['tautology', "x' OR '1'='1' -- ", "O'Brien or a friend, 1 or 2 seats"],
    ['union', '1 UNION SELECT username, password FROM users -- ', 'select a union member from the list'],
  ),
  names('nosql', 'operator as a key', 'password[$ne]', 'price[gte]'),
  ...values(
    'xss',
    ['script element', '<script>alert(1)</script>', 'I <3 scripts & coffee'],
    ['event handler', '<img src=x onerror=alert(1)>', 'image source: on error, alert me'],
  ),
  ...values(
    'cmdi',
    ['command after separator', '127.0.0.1; cat /etc/passwd', 'bread; milk; eggs'],
    ['substitution', '$(id)', 'costs $5 (id 42)'],
  ),
  ...values('traversal', ['dot segments', '../../../../etc/passwd', 'photos/2024/summer.jpg']),
  ...values('inclusion', [
    'stream wrapper',
    'php://filter/convert.base64-encode/resource=index.php',
    'https://example.org/index.php',
  ]),
  ...values('ssrf', ['cloud metadata', 'http://169.254.169.254/latest/meta-data/', 'https://www.example.org/latest/news/']),
  ...values('ssti', ['arithmetic', '{{7*7}}', 'Hello {{ first_name }}']),
  ...values('xxe', [
    'external entity',
    '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]><x>&e;</x>',
    '<x>tea &amp; cake</x>',
  ]),
  ...values('ldap', ['filter broken open', '*)(uid=*))(|(uid=*', 'tea (green) or (black)']),
  ...values('xpath', ['path broken open', "'] | //user/*[contains(*,'", 'chapter [3] | page 7']),
  ...values('jndi', ['lookup', '${jndi:ldap://probe.invalid/a}', '${name}']),
  ...values('code', ['PHP', "<?php system('id'); ?>", 'what does the php function system do?']),
  ...values('deserialisation', ['PHP object', 'O:8:"stdClass":1:{s:1:"a";i:1;}', 'O: 8 cups, a: 1 spoon']),
  names('pollution', 'prototype as a key', '__proto__[admin]', 'profile[admin]'),
  ...values('crlf', ['header in a value', 'x\r\nSet-Cookie: probe=1', 'how does a server set a cookie?']),
  { group: 'scanner', name: 'attack tool', attack: { userAgent: 'sqlmap/1.8' }, twin: { userAgent: 'curl/8.5.0' } },
];

/** What a harmless attack of that class looks like. */
export const attackOf = (group: RuleGroup): ProbeText | null => PROBES.find((pair) => pair.group === group)?.attack ?? null;
