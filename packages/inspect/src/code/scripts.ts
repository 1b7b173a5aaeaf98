import { TRAIT } from '../traits.ts';
import type { Pattern } from './pattern.ts';

/** Python, Ruby, Perl, Lua, Erlang, Go and the script languages of Windows. */
export const SCRIPT_PATTERNS: readonly Pattern[] = [
  {
    rule: 'code.script',
    hint: '__',
    needs: TRAIT.dunder,
    shape: /\b__import__\s{0,4}\(|\b__(?:mro|bases?|subclasses|globals|builtins|getattribute)__\b/,
    confidence: 0.96,
    quoted: 0.5,
    why: 'Python reaches for its own machinery',
  },
  {
    rule: 'code.script',
    hint: 'os',
    needs: TRAIT.dot | TRAIT.colon,
    shape:
      /(?<![\w.])os\s{0,4}\.\s{0,4}(?:system|popen|exec[lv]p?e?|spawn\w{1,4}|remove|unlink|listdir|execute|getenv|environ|fork)\s{0,4}[([]|\bos:cmd\s{0,4}\(/,
    confidence: 0.95,
    quoted: 0.4,
    why: 'a program is run or a file listed through os',
  },
  {
    rule: 'code.script',
    hint: 'subprocess',
    needs: TRAIT.dot,
    shape: /\bsubprocess\s{0,4}\.\s{0,4}(?:Popen|call|run|check_output|check_call|getoutput|getstatusoutput)\b/,
    confidence: 0.95,
    quoted: 0.4,
    why: 'Python starts a program',
  },
  {
    rule: 'code.script',
    hint: '(',
    needs: TRAIT.paren,
    shape:
      /\b(?:eval|exec)\s{0,4}\(\s{0,4}(?:compile|__import__|base64|codecs|bytes|str\.join|atob|unescape|String\.fromCharCode|Buffer\.from)\b|\bopen\s{0,4}\(\s{0,4}['"](?:\/etc\/|\/proc\/|[a-z]:\\|\.\.\/)|\b(?:pickle|marshal|shelve|dill)\s{0,4}\.\s{0,4}loads?\s{0,4}\(/,
    confidence: 0.95,
    quoted: 0.4,
    why: 'decoded text is run, or a system file opened',
  },
  {
    rule: 'code.script',
    hint: 'import',
    needs: TRAIT.letter,
    shape:
      /^\s{0,8}(?:import|from)\s{1,4}(?:os|sys|subprocess|pty|socket|commands|shutil|ctypes|builtins)\s{0,4}(?:;|,|\bimport\b|\n)/,
    confidence: 0.6,
    quoted: 0.4,
    why: 'the value begins by loading system modules of Python',
  },
  {
    rule: 'code.script',
    hint: '.',
    needs: TRAIT.dot,
    shape:
      /(?<![\w.])(?:Kernel\s{0,4}\.\s{0,4}(?:exec|system|open|fork|spawn|eval|exit|load|require)\b|IO\s{0,4}\.\s{0,4}(?:popen|read|sysopen|binread)\b|Open3\s{0,4}\.\s{0,4}\w|Process\s{0,4}\.\s{0,4}(?:spawn|clock_gettime|kill|Start)\s{0,4}\(|PTY\s{0,4}\.\s{0,4}spawn|ObjectSpace\s{0,4}\.\s{0,4}each)|\bexec\s{0,4}\.\s{0,4}Command\s{0,4}\(|\bio\s{0,4}\.\s{0,4}popen\s{0,4}\(|\bpackage\.loadlib\b|\bSystem\.cmd\s{0,4}\(/,
    confidence: 0.94,
    quoted: 0.4,
    why: 'a script language starts a program',
  },
  {
    rule: 'code.script',
    hint: '(',
    needs: TRAIT.paren,
    shape:
      /\btime\s{0,4}\.\s{0,4}sleep\s{0,4}\(|\bglobals\s{0,4}\(\s{0,4}\)\s{0,4}\[|\bFile\s{0,4}\.\s{0,4}(?:read|open|new|write|readlines|delete|ReadAll\w{1,8}|WriteAll\w{1,8})\s{0,4}\(\s{0,4}['"]/,
    confidence: 0.92,
    quoted: 0.3,
    why: 'a script sleeps or touches files',
  },
  {
    rule: 'code.script',
    hint: 'ript.',
    needs: TRAIT.dot,
    shape: /\bWScript\s{0,4}\.\s{0,4}(?:Shell|Network|CreateObject)\b/i,
    confidence: 0.92,
    quoted: 0.3,
    why: 'the script host of Windows is asked for a shell',
  },
  {
    rule: 'code.script',
    hint: '%x',
    needs: TRAIT.percent,
    shape: /(?<![\w%])%x(?:\([^)]{1,256}\)|\{[^}]{1,256}\}|\[[^\]]{1,256}\])/,
    confidence: 0.93,
    quoted: 0.4,
    why: 'Ruby runs what stands in %x',
  },
  {
    rule: 'code.script',
    hint: 'send',
    needs: TRAIT.paren,
    shape: /\bsend\s{0,4}\(\s{0,4}(?::|['"])(?:system|exec|eval|instance_eval|open|spawn)\b/,
    confidence: 0.94,
    quoted: 0.4,
    why: 'Ruby calls a method by its name',
  },
  {
    rule: 'code.script',
    hint: 'qx',
    needs: TRAIT.letter,
    shape: /(?<![\w$@%])qx\s{0,4}(?:\([^)]{1,256}\)|\{[^}]{1,256}\}|\/[^/]{1,256}\/)/,
    confidence: 0.93,
    quoted: 0.4,
    why: 'Perl runs what stands in qx',
  },
  {
    rule: 'code.script',
    hint: 'bject',
    needs: TRAIT.paren,
    shape: /\b(?:CreateObject|GetObject|ActiveXObject)\s{0,4}\(\s{0,4}['"]/i,
    confidence: 0.93,
    quoted: 0.4,
    why: 'a Windows script makes an object',
  },
  {
    rule: 'code.script',
    hint: 'e',
    needs: TRAIT.paren | TRAIT.dot | TRAIT.space,
    shape:
      /\b(?:eval|execute|executeglobal)\s{0,4}\(?\s{0,4}request\b|\bresponse\s{0,4}\.\s{0,4}write\s{0,4}\(|\bserver\s{0,4}\.\s{0,4}(?:createobject|execute|mappath)\b|\bSystem\.Diagnostics\.Process\b|\bAssembly\s{0,4}\.\s{0,4}Load(?:From|File)?\s{0,4}\(/i,
    confidence: 0.94,
    quoted: 0.4,
    why: 'a page of ASP runs what it is sent',
  },
];

/** Openings of blocks that a web server runs. */
export const TAG_PATTERNS: readonly Pattern[] = [
  {
    rule: 'code.script-tag',
    hint: '<?',
    needs: TRAIT.angle,
    shape: /<\?(?:php\b|=|(?!\s{0,8}xml)(?=\s{1,8}[\w$@/#]|[$@;(`]))/i,
    confidence: 0.95,
    quoted: 0.6,
    why: 'a block of PHP is opened',
  },
  {
    rule: 'code.script-tag',
    hint: '<?xml',
    needs: TRAIT.angle,
    shape: /<\?xml(?![\w-])\s{0,64}(?!version|encoding|standalone|\?>)\S/i,
    confidence: 0.92,
    quoted: 0.3,
    why: 'a short tag of PHP in front of what is no XML declaration',
  },
  {
    rule: 'code.script-tag',
    hint: '[',
    needs: TRAIT.bracket,
    shape: /^[^\n]{0,256}\[[/\\]?php\]/i,
    confidence: 0.91,
    quoted: 0.2,
    why: 'a tag by which some engines mark PHP',
  },
  {
    rule: 'code.script-tag',
    hint: '<%',
    needs: TRAIT.angle,
    shape:
      /<%(?:@\s{0,4}(?:page|language|include|import|taglib|webservice)\b|!|[=#]?\s{0,8}(?:eval|execute|response|request|server|session|runtime|out\.|system|exec|import|dim\b|set\b|String\b|java\.|if\s{0,4}\(|new\b|`|open|require|global|process|Process))/i,
    confidence: 0.95,
    quoted: 0.6,
    why: 'a block of ASP, JSP or ERB is opened',
  },
  {
    rule: 'code.script-tag',
    hint: '<',
    needs: TRAIT.angle,
    shape:
      /<jsp:\w|<cf(?:execute|file|query|http|httpparam|set|output|include|script|invoke|object|module|directory|registry|mail|dump|component)\b|<script[^>]{0,128}\brunat\s{0,4}=\s{0,4}['"]?server|<script[^>]{0,64}language\s{0,4}=\s{0,4}['"]?php/i,
    confidence: 0.94,
    quoted: 0.6,
    why: 'a block of JSP, ColdFusion or ASP.NET is opened',
  },
  {
    rule: 'code.script-tag',
    hint: '#!',
    needs: TRAIT.comment,
    shape: /^\s{0,8}#!\s{0,4}\/(?:usr\/|bin\/|opt\/)[\w/.-]{1,64}/,
    confidence: 0.94,
    quoted: 0.6,
    why: 'the first line names an interpreter',
  },
];
