import type { Pattern } from './pattern.ts';

/** A literal: what it compares to or negates is known before the program runs. */
const LITERAL = String.raw`(?:true|false|null|undefined|NaN|Infinity|this|\d{1,12}(?:\.\d{1,6})?|'[^'\n]{0,16}'|"[^"\n]{0,16}"|\x60[^\x60\n]{0,16}\x60|\[[^\]\n]{0,16}\]|\{[^}\n]{0,16}\}|\/[^/\n]{1,16}\/|new\s{1,4}\w{1,32}(?:\(\))?|void\s{1,4}0)`;
const CONSTANT_LOOP = new RegExp(
  String.raw`\bwhile\s{0,8}\([\s(!~+-]{0,16}${LITERAL}(?:[\s)]{0,4}(?:[=!<>]=?=?|\|\||&&|[-+*,])\s{0,4}[!~+-]{0,4}${LITERAL})?\s{0,8}\)`,
  'i',
);

export const NODE_PATTERNS: readonly Pattern[] = [
  {
    rule: 'code.node',
    hint: 'ND_FUNC',
    shape: /_\$\$ND_FUNC\$\$_/,
    confidence: 0.97,
    quoted: 0.7,
    why: 'a function hidden in serialised data (node-serialize, CVE-2017-5941)',
  },
  {
    rule: 'code.node',
    hint: 'child_process',
    shape: /\bchild_process\b/,
    confidence: 0.94,
    quoted: 0.4,
    why: 'the module that starts programs is named',
  },
  {
    rule: 'code.node',
    hint: 'require',
    shape:
      /\brequire\s{0,4}(?:\.\s{0,4}(?:main|cache|resolve|extensions)\b|\(\s{0,4}['"`](?:node:)?(?:child_process|fs|os|net|http|https|vm|path|util|module|cluster|worker_threads|process|repl|dns|crypto)['"`])/,
    confidence: 0.94,
    quoted: 0.4,
    why: 'a module of Node.js is loaded',
  },
  {
    rule: 'code.node',
    hint: 'process',
    shape:
      /(?<![\w-])process\s{0,4}(?:\?\.|\.|\[\s{0,4}['"`]?)\s{0,4}(?:mainModule|binding|_linkedBinding|env|exit|kill|argv|execPath|cwd|chdir|dlopen|versions?|platform|stdout|stderr|constructor|abort|memoryUsage|getBuiltinModule)\b/,
    confidence: 0.93,
    quoted: 0.3,
    why: 'the process of the server is read or ended',
  },
  {
    rule: 'code.node',
    hint: 'onstructor',
    shape:
      /\bconstructor\s{0,4}[.:]\s{0,4}constructor\b|\bconstructor['"\]]{1,3}\s{0,4}\[\s{0,4}['"]constructor|\bconstructor\s{0,4}\(\s{0,4}['"`](?:return|throw|alert|this|global|process)/,
    confidence: 0.95,
    quoted: 0.6,
    why: 'the constructor of functions is reached through another object',
  },
  {
    rule: 'code.node',
    hint: 'unction',
    shape: /\bnew\s{1,4}Function\s{0,4}\(|(?<![\w.])Function\s{0,4}\(\s{0,4}['"`]/,
    confidence: 0.92,
    quoted: 0.3,
    why: 'a function is made from text',
  },
  {
    rule: 'code.node',
    hint: 'import',
    shape: /(?<![\w.@])import\s{0,4}\(\s{0,4}['"`]/,
    confidence: 0.92,
    quoted: 0.3,
    why: 'a module is loaded while running',
  },
  {
    rule: 'code.node',
    hint: 'Sync',
    shape: /\b(?:exec|execFile|spawn|readFile|writeFile|readdir|unlink|appendFile|rm|mkdir)Sync\s{0,4}\(/,
    confidence: 0.93,
    quoted: 0.3,
    why: 'a program is run or a file touched',
  },
  {
    rule: 'code.node',
    hint: '(',
    shape:
      /(?<![\w.])fs\s{0,4}\.\s{0,4}(?:promises\s{0,4}\.\s{0,4})?(?:readFile|writeFile|readdir|unlink|appendFile|createReadStream|createWriteStream|rm|access)\s{0,4}\(|\bset(?:Timeout|Interval)\s{0,4}\(\s{0,4}['"`]/,
    confidence: 0.92,
    quoted: 0.3,
    why: 'files are touched, or text is run later',
  },
  {
    rule: 'code.node',
    hint: 'process',
    shape:
      /(?<![\w.-])process\s{0,4}(?:\?\.|\.)\s{0,4}(?:\w{2,24}\s{0,4}\.\s{0,4})?\w{2,24}\s{0,4}\(|(?<![\w.-])process\s{0,4}\[\s{0,4}['"`\w]/,
    confidence: 0.92,
    quoted: 0.2,
    why: 'a method of the process object is called',
  },
  {
    rule: 'code.node',
    hint: 'this',
    shape: /\bthis\s{0,4}(?:\.|\[['"`])\s{0,4}(?:constructor|process|require|global)\b/,
    confidence: 0.92,
    quoted: 0.3,
    why: 'the surroundings of a function are searched',
  },
  {
    rule: 'code.node',
    hint: 'module',
    shape: /(?<![\w.])module\s{0,4}\.\s{0,4}(?:exports\s{0,4}[=.[]|constructor\b|require\b)/,
    confidence: 0.91,
    quoted: 0.2,
    why: 'a module of Node.js is defined or loaded',
  },
  {
    rule: 'code.node',
    hint: 'romCharCode',
    shape: /\bString\s{0,4}\.\s{0,4}fromCharCode\s{0,4}\(/,
    confidence: 0.92,
    quoted: 0.3,
    why: 'text is put together from character codes',
  },
  {
    rule: 'code.node',
    hint: 'constructor:',
    shape: /\$\d{1,4}:(?:constructor|__proto__|_response|then)\b/,
    confidence: 0.95,
    quoted: 0.4,
    why: 'a reference of a serialised component walks to a constructor (CVE-2025-55182)',
  },
  {
    rule: 'code.node',
    hint: 'global',
    shape: /\bglobal(?:This)?\s{0,4}(?:\.|\[['"`]?)\s{0,4}(?:process|require|constructor|Buffer|eval|Function)\b/,
    confidence: 0.94,
    quoted: 0.4,
    why: 'the global object is searched for the process',
  },
  {
    rule: 'code.node',
    hint: 'console',
    shape:
      /(?<![\w.-])console\s{0,4}(?:\.\s{0,4}|\[\s{0,4}['"`]?)(?:log|info|debug|error|warn|trace|dir|table|time|assert|group)['"`\]]{0,3}\s{0,4}\(/,
    confidence: 0.91,
    quoted: 0.2,
    why: 'a script writes to the console',
  },
  {
    rule: 'code.node',
    hint: 'res',
    shape: /(?<![\w.])(?:res|response)\s{0,4}\.\s{0,4}(?:end|send|write|json|redirect)\s{0,4}\(/i,
    confidence: 0.91,
    quoted: 0.3,
    why: 'a script writes the response',
  },
  {
    rule: 'code.endless-loop',
    hint: 'hile',
    shape: CONSTANT_LOOP,
    confidence: 0.92,
    quoted: 0.3,
    why: 'a loop whose condition is a constant',
  },
  {
    rule: 'code.endless-loop',
    hint: 'for',
    shape: /\bfor\s{0,8}\(\s{0,4};\s{0,4};\s{0,4}\)/,
    confidence: 0.92,
    quoted: 0.3,
    why: 'a loop without a condition',
  },
];
