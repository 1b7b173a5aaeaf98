import type { Delimiter } from './expressions.ts';

/** One shape of a template expression: what it means, and how sure it is alone and inside a sentence. */
export interface Pattern {
  rule: string;
  /** Bounded, and anchored by literal words: it is tried on every expression. */
  shape: RegExp;
  confidence: number;
  /** Engines evaluate expressions amid any text, so a sentence around one lowers the doubt less than it does for bare code. */
  quoted: number;
  why: string;
  /** Only between these delimiters; between any when unset. */
  only?: readonly Delimiter[];
}

/** Shapes of the text between delimiters, the most telling first. */
export const BODY_PATTERNS: readonly Pattern[] = [
  {
    rule: 'ssti.object-walk',
    shape:
      /__(?:mro|bases?|subclasses|globals|builtins|import|getattribute|reduce|getattr|getitem)__|_TemplateReference__context|["']__["']|(?:\\x5f){2}|\.\s{0,4}(?:mro|subclasses)\s{0,4}\(|\.class\.base\b/i,
    confidence: 0.96,
    quoted: 0.93,
    why: 'the expression climbs to the classes behind an object',
  },
  {
    rule: 'ssti.object-walk',
    shape:
      /\|\s{0,4}attr\s{0,4}\(|\b(?:cycler|joiner|lipsum|namespace|url_for|get_flashed_messages)\s{0,4}(?:\.|\[|\||\})|\blipsum\b|\bcycler\b/,
    confidence: 0.95,
    quoted: 0.92,
    why: 'the expression reaches for attributes through an object of the engine',
  },
  {
    rule: 'ssti.object-walk',
    shape: /__(?:class|init|dict|self)__|\bgetattr\s{0,4}\(/,
    confidence: 0.92,
    quoted: 0.5,
    why: 'the expression reads what the language keeps for itself',
  },
  {
    rule: 'ssti.execution',
    shape:
      /\bgetClass\s{0,4}\(|\.class\.(?:forName|classLoader|protectionDomain|inspect|type|getResource)|\bforName\s{0,4}\(|\bgetRuntime\b|\bProcessBuilder\b|\.newInstance\s{0,4}\(|\bT\s{0,4}\(\s{0,4}\w{1,32}\.[\w.]{1,80}\s{0,4}\)|@java\.|\bjava\.lang\.|freemarker\.template\.utility|\?\s{0,4}new\s{0,4}\(|#_?memberAccess|ScriptEngineManager/,
    confidence: 0.96,
    quoted: 0.93,
    why: 'the expression reaches for Java classes',
  },
  {
    rule: 'ssti.execution',
    shape: /^\(?\s{0,4}#\w{1,40}\s{0,4}(?:[=[(]|\.\w{1,40}\s{0,4}[=(])|\(#\w{1,40}\s{0,4}=/,
    confidence: 0.95,
    quoted: 0.92,
    why: 'an OGNL expression sets or calls a variable',
    only: ['%{', '${'],
  },
  {
    rule: 'ssti.execution',
    shape:
      /_self\s{0,4}\.\s{0,4}env|registerUndefined(?:Filter|Function)Callback|\bos\s{0,4}\.\s{0,4}(?:popen|system|environ|listdir)|\bsubprocess\b|child_process|\bmainModule\b|\bglobal\s{0,4}\.\s{0,4}process|\bprocess\s{0,4}\.\s{0,4}(?:binding|exit|kill)|\/etc\/(?:passwd|shadow|hosts)|(?:win|boot)\.ini\b|\|\s{0,4}(?:system|passthru|exec|shell_exec|file_excerpt)\b/,
    confidence: 0.96,
    quoted: 0.92,
    why: 'the expression reaches for processes or files',
  },
  {
    rule: 'ssti.execution',
    shape:
      /['"](?:system|exec|passthru|shell_exec|popen|proc_open|pcntl_exec|assert|phpinfo|call_user_func|create_function|file_put_contents|file_get_contents)['"]/i,
    confidence: 0.94,
    quoted: 0.7,
    why: 'the expression names a function that runs what it is given',
  },
  {
    rule: 'ssti.execution',
    shape:
      /(?:^|[^\w.$>])@?(?:system|passthru|shell_exec|exec|popen|proc_open|phpinfo|eval|assert|file_get_contents|readfile|show_source|highlight_file|require|spawnSync|execSync|check_output)\s{0,4}\(|\bopen\s{0,4}\(\s{0,4}['"]/i,
    confidence: 0.93,
    quoted: 0.6,
    why: 'the expression calls a function that runs code or reads files',
  },
  {
    rule: 'ssti.execution',
    shape:
      /\b(?:File|IO|Dir|Kernel|Open3|FileUtils|ObjectSpace|Process)\s{0,4}\.\s{0,4}\w|\bENV\b|(?:%|^)x\s{0,4}[([{`]|`[^`]{1,256}`|\binstance_eval\b|\bself\.(?:class|methods|instance_variables)\b/,
    confidence: 0.94,
    quoted: 0.6,
    why: 'a Ruby expression runs a program or opens a file',
    only: ['<%', '#{'],
  },
  {
    rule: 'ssti.execution',
    shape: /\bconstructor\b|\blookup\s{1,4}string\b|__proto__/,
    confidence: 0.93,
    quoted: 0.7,
    why: 'the expression climbs to the function constructor',
  },
  {
    rule: 'ssti.execution',
    shape: /^(?:\.\w{0,32})?\.?(?:System|Exec|Command|ReadFile|GetFile|RunCmd)\w{0,16}\s{1,4}"/,
    confidence: 0.92,
    quoted: 0.6,
    why: 'a Go template calls a method that runs or reads',
    only: ['{{'],
  },
  {
    rule: 'ssti.disclosure',
    shape:
      /^(?:config|self|_self|settings|_context|dump\s{0,4}\([^)]{0,64}\))\s{0,8}$|^(?:config|settings)\s{0,4}(?:\.\s{0,4}(?:items|keys|values)\b|\||\[)|\bin\s{1,4}config\s{0,4}\.\s{0,4}(?:iter)?items\b|\bSECRET_KEY\b|\.secret_key\b|\b_context\s{0,4}\||\bmessages\.storages\b|\brequest\s{0,4}\.\s{0,4}(?:environ|application)\b|\bapp\.request\.server\b|^app\.(?:request|session)\b.{0,64}\||\bhandler\.(?:settings|application)\b/,
    confidence: 0.93,
    quoted: 0.5,
    why: 'the expression prints the configuration of the application',
  },
  {
    rule: 'ssti.disclosure',
    shape:
      /^(?:applicationScope|sessionScope|requestScope|pageScope|pageContext|initParam|facesContext|systemProperties|systemEnvironment)\b|\bsession\.(?:getAttribute|setAttribute)\s{0,4}\(|\bgetServletContext\b/,
    confidence: 0.93,
    quoted: 0.6,
    why: 'the expression prints objects of the servlet container',
    only: ['${', '#{', '%{', '*{', '~{', '[['],
  },
  {
    rule: 'ssti.probe',
    shape: /^['"][^'"]{0,32}['"]\s{0,4}\|\s{0,4}(?:upper|lower|length|reverse|capitalize|list|abs|md5|wordcount)\b/,
    confidence: 0.92,
    quoted: 0.4,
    why: 'a literal is sent through a filter',
  },
  {
    rule: 'ssti.probe',
    shape: /^(?:printf|html|js|print|println|urlquery)\s{1,4}"[^"]{0,32}"(?:\s{1,4}"[^"]{0,32}")?\s{0,8}$|^print\s{0,4}\(/,
    confidence: 0.92,
    quoted: 0.4,
    why: 'a literal is printed',
    only: ['{{', '{%'],
  },
  {
    rule: 'ssti.probe',
    shape: /^['"][^'"]{0,64}['"]\s{0,4}\.\s{0,4}\w{1,32}\s{0,4}\(/,
    confidence: 0.92,
    quoted: 0.5,
    why: 'a method is called on a literal',
  },
  {
    rule: 'ssti.directive',
    shape:
      /^import\s{1,8}\w{1,32}\s{0,8}$|^(?:extends|include|import)\s{1,8}['"](?:\/|[a-z]:|\.\.|file:|https?:)|^debug\s{0,8}$|^load\s{1,8}log\b/,
    confidence: 0.93,
    quoted: 0.6,
    why: 'the directive imports a module, reads a file or dumps the context',
    only: ['{%', '<%'],
  },
];

/** A shape that is looked for in the whole text, once a text without which it cannot be there has been found. */
export interface Directive extends Pattern {
  hint: string;
}

/** Directives and references that stand for themselves, without a pair of delimiters to read between. */
export const DIRECTIVES: readonly Directive[] = [
  {
    hint: '#',
    rule: 'ssti.directive',
    shape: /[<[]#(?:assign|local|global|import|include|setting)\s{1,8}\w/,
    confidence: 0.93,
    quoted: 0.5,
    why: 'a FreeMarker directive',
  },
  {
    hint: '?',
    rule: 'ssti.execution',
    shape: /freemarker\.template\.utility\.\w|["']\s{0,4}\?\s{0,4}new\s{0,4}\(/,
    confidence: 0.97,
    quoted: 0.95,
    why: 'FreeMarker makes an object that runs programs',
  },
  {
    hint: '#',
    rule: 'ssti.directive',
    shape: /#set\s{0,4}\(\s{0,4}\$\w{1,32}\s{0,4}=|#(?:evaluate|include|parse)\s{0,4}\(\s{0,4}["$]/,
    confidence: 0.93,
    quoted: 0.5,
    why: 'a Velocity directive',
  },
  {
    hint: '$',
    rule: 'ssti.execution',
    shape: /\$!?\{?\w{1,32}\.(?:getClass\s{0,4}\(|class\.(?:forName|inspect|type|classLoader)|inspect\s{0,4}\()/,
    confidence: 0.95,
    quoted: 0.92,
    why: 'a Velocity reference reaches for Java classes',
  },
  {
    hint: 'php}',
    rule: 'ssti.directive',
    shape: /\{\/?php\}/,
    confidence: 0.94,
    quoted: 0.6,
    why: 'a Smarty tag that holds PHP',
  },
  {
    hint: '{',
    rule: 'ssti.execution',
    shape:
      /\{(?:if\s{1,4}@?)?(?:system|exec|passthru|shell_exec|phpinfo|eval|assert|readfile|file_get_contents|show_source|highlight_file|popen|call_user_func)\s{0,4}\(|\{\$smarty\.(?:template_object|version|server|env|const)|\{(?:self|Smarty\w{0,40})::|\{(?:fetch|include|include_php)\s{1,4}file=['"]?(?:\/|\.\.|file:|https?:|php:)/,
    confidence: 0.95,
    quoted: 0.7,
    why: 'a Smarty tag calls a function or reads a file',
  },
  {
    hint: '__',
    rule: 'ssti.execution',
    // With a mere name between the braces it is a template literal: `__${name}__`.
    shape: /__[$*]\{(?!\s{0,4}[\w.]{1,64}\s{0,4}\})|\}__::/,
    confidence: 0.95,
    quoted: 0.85,
    why: 'Thymeleaf evaluates the expression before the page (preprocessing)',
  },
  {
    hint: '@',
    rule: 'ssti.execution',
    shape: /@(?:System\.(?:IO|Diagnostics|Reflection|Environment)\b|using\s{1,4}System)/,
    confidence: 0.93,
    quoted: 0.6,
    why: 'a Razor expression reaches for system classes',
  },
  {
    hint: '{{',
    rule: 'ssti.disclosure',
    shape:
      /^\s{0,8}\{\{\s{0,8}(?:request|session|app|request\.(?:args|headers|cookies|form|environ|values)(?:\.\w{1,32})?)\s{0,8}\}\}\s{0,8}$/,
    confidence: 0.91,
    quoted: 0.4,
    why: 'the whole value prints an object of the application',
  },
  {
    hint: '{<%',
    rule: 'ssti.probe',
    shape: /\$\{\{<%|\{\{<%\[/,
    confidence: 0.95,
    quoted: 0.9,
    why: 'opening delimiters of several engines in a row',
  },
  {
    hint: ' ',
    rule: 'ssti.execution',
    shape:
      /^\s{0,8}[-=]\s{1,4}(?:var\s{1,4}\w{1,32}\s{0,4}=\s{0,4})?(?:root|global|process|system|exec|`|%x|IO|File|Dir)\b[.(` ]/,
    confidence: 0.93,
    quoted: 0.6,
    why: 'a line of Pug, Slim or Haml that runs code',
  },
];
