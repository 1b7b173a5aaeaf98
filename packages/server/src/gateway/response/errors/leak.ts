import { textOfHtml, textOfJson } from './visible-text.ts';

/**
 * Finds what an application should never tell a visitor: stack traces, database errors, paths on the server's disk.
 *
 * Every scanner looks for the shape that a machine prints (a frame with file, line and column; the full sentence of a
 * database; a path together with a line number), at the place in the line where it prints it. Words alone prove nothing:
 * an article may well speak of "at line 5" or quote a statement.
 */
export type LeakKind = 'stack' | 'sql' | 'path';
export interface Leak {
  readonly kind: LeakKind;
  /** Which scanner: `node`, `python`, `postgresql`, … */
  readonly family: string;
}
export type TextShape = 'html' | 'json' | 'text';

/** Part of a body that is looked at, characters, lines, and characters of one line. */
export const SCAN_BYTES_MAX = 65_536;
const LINES_MAX = 4096;
const LINE_CHARS_MAX = 500;
const LINE_CHARS_MIN = 8;

interface LineRule {
  readonly kind: LeakKind;
  readonly family: string;
  readonly line: RegExp;
  /** How many such lines it takes; one frame alone can be a sentence. */
  readonly count: number;
  /** Only an answer that is an error already is judged by this rule. */
  readonly errorsOnly?: true;
}

// A database error is printed alone or behind a chain of short labels ("Error:", "PG::SyntaxError:"), not inside prose.
const LABELS = String.raw`^(?:[A-Za-z_][\w.\\:]{0,80}(?: (?:error|exception|failed|failure))?(?: \[?[A-Z0-9]{5}\]?)?: ?){0,4}["'(\[]?`;
const sql = (family: string, pattern: string): LineRule => ({
  kind: 'sql',
  family,
  line: new RegExp(LABELS + pattern, 'iu'),
  count: 1,
});
const frames = (family: string, line: RegExp, count = 2): LineRule => ({ kind: 'stack', family, line, count });

const RULES: readonly LineRule[] = [
  // V8: "    at fn (file:line:column)", one is enough when the file is absolute.
  frames(
    'node',
    /^\s*at (?:async |new )?(?:[\w$.<>[\] ]{1,120} \()?(?:file:\/\/|node:|[A-Za-z]:\\|\/)[^\s()]{1,300}:\d{1,7}:\d{1,7}\)?,?$/u,
    1,
  ),
  frames('node', /^\s*at (?:async |new )?(?:[\w$.<>[\] ]{1,120} \()?[^\s()]{1,300}:\d{1,7}:\d{1,7}\)?,?$/u),
  frames('python', /^\s*File "[^"]{1,300}", line \d{1,7}, in \S/u, 1),
  frames(
    'java',
    /^\s*(?:\.\.\. \d{1,5} more|(?:at )?(?:[\w.]{1,80}\/)?[\w$.]{1,200}\.[\w$<>]{1,100}\((?:[\w$]{1,80}\.(?:java|kt|scala|groovy):\d{1,7}|Native Method|Unknown Source)\))/u,
  ),
  frames('php', /^\s*#\d{1,3} (?:\/|[A-Za-z]:\\)[^\s()]{1,300}\(\d{1,7}\): \S/u, 1),
  frames(
    'php',
    /^(?:PHP )?(?:Fatal error|Parse error|Warning|Notice|Deprecated)\s?: .{1,400} in (?:\/|[A-Za-z]:\\)\S{1,300}(?: on line |:)\d{1,7}/u,
    1,
  ),
  frames('php', /^thrown in (?:\/|[A-Za-z]:\\)\S{1,300} on line \d/u, 1),
  frames('dotnet', /^\s*at [\w.`<>[\]+]{1,250}\([^()]{0,250}\) in (?:[A-Za-z]:\\|\/).{1,300}:line \d/u, 1),
  frames('dotnet', /^\s*at (?:System|Microsoft)\.[\w.`<>[\]+]{1,250}\([^()]{0,250}\)\s*$/u),
  frames('ruby', /^\s*(?:from )?(?:\/|[A-Za-z]:\\|[\w./-]{1,200}\/)?[\w.-]{1,100}\.(?:rb|erb|rake|ru):\d{1,7}:in [`'"]/u),
  frames('elixir', /^\s*\([\w-]{1,60} [\d.]{1,20}[^\s)]{0,20}\) [\w/.-]{1,200}\.exs?:\d{1,7}: \S/u),
  frames('go', /^goroutine \d{1,9} \[[a-z ,0-9]{1,60}\]:/u, 1),
  frames('rust', /^thread '[^']{1,100}' (?:\(\d+\) )?panicked at /u, 1),

  sql(
    'postgresql',
    String.raw`(?:syntax error at or near "|unterminated quoted (?:string|identifier) at or near "|(?:relation|column|table|function|schema|role) (?:"[^"]{1,120}"|[^"\s]{0,80}[.(][^"]{0,80}) (?:of relation "[^"]{1,120}" )?does not exist|invalid input syntax for (?:type )?\w|duplicate key value violates unique constraint "|null value in column "[^"]{1,100}"|operator does not exist: |permission denied for (?:table|relation|schema) |insert or update on table ")`,
  ),
  sql(
    'mysql',
    String.raw`(?:You have an error in your SQL syntax; check the manual that corresponds to your |Unknown column '[^']{1,200}' in '|Table '[^']{1,200}' doesn't exist|Duplicate entry '[^']{0,300}' for key |Access denied for user '[^']{1,100}'@')`,
  ),
  sql(
    'sqlite',
    String.raw`(?:near "[^"]{0,100}": syntax error|no such (?:table|column|function): \w|unrecognized token: "|UNIQUE constraint failed: \w|NOT NULL constraint failed: \w|SQL logic error\b|incomplete input$|SELECTs to the left and right of)`,
  ),
  sql('sqlite', String.raw`SQLITE_(?:ERROR|CONSTRAINT|MISUSE|BUSY|CORRUPT|CANTOPEN)\b[\w]*:`),
  sql(
    'mssql',
    String.raw`(?:Unclosed quotation mark (?:after|before) the character string|Incorrect syntax near (?:the keyword )?'|Invalid (?:object|column) name '|Conversion failed when converting |Msg \d{1,6}, Level \d{1,2}, State \d)`,
  ),
  sql('oracle', String.raw`(?:ORA|PLS|TNS)-\d{5}: `),
  sql('odbc', String.raw`(?:SQLSTATE\[[0-9A-Z]{5}\]|\[Microsoft\]\[|\[unixODBC\])`),
  sql(
    'jdbc',
    String.raw`(?:org\.postgresql\.util\.PSQLException|com\.mysql\.(?:cj\.)?jdbc\.[\w.]{1,80}Exception|java\.sql\.SQL\w{0,40}Exception|org\.hibernate\.[\w.]{1,80}Exception|oracle\.jdbc\.)`,
  ),
  sql('mongodb', String.raw`E11000 duplicate key error collection: \S`),
  sql('perl', String.raw`DBD::\w{1,40}::(?:st|db) \w{1,40} failed: `),
  sql(
    'statement',
    String.raw`\[?(?:SQL|Statement|Query)\]?: ?(?:SELECT .{1,300} FROM |INSERT INTO |UPDATE .{1,100} SET |DELETE FROM )`,
  ),

  // System calls print their name, what failed and on which path.
  {
    kind: 'path',
    family: 'errno',
    line: /\bE[A-Z]{3,12}: [a-z ,]{3,60}, (?:open|stat|lstat|scandir|unlink|mkdir|rename|access|read|readlink|copyfile) '(?:\/|[A-Za-z]:\\)/u,
    count: 1,
  },
  { kind: 'path', family: 'errno', line: /\[Errno \d{1,3}\] [A-Z][a-z ]{3,60}: '/u, count: 1 },
  {
    kind: 'path',
    family: 'errno',
    line: /(?:^|: )(?:open|stat|lstat|read|mkdir) \/\S{1,300}: (?:no such file or directory|permission denied|is a directory)$/u,
    count: 1,
  },
  {
    kind: 'path',
    family: 'errno',
    line: /(?:failed to open stream|FileNotFoundException: (?:\/|[A-Za-z]:\\)|Could not find (?:file|a part of the path) '(?:\/|[A-Za-z]:\\)|No such file or directory @ )/u,
    count: 1,
  },
  // What a system call says of the network behind: names and addresses that nobody outside needs.
  {
    kind: 'path',
    family: 'errno',
    line: new RegExp(String.raw`${LABELS}(?:connect|getaddrinfo|read|write) E[A-Z]{4,16} [\w.:\[\]/-]{1,255}`, 'u'),
    count: 1,
  },
  // The whole of a line: frames in JSON name the file and the line in members of their own.
  {
    kind: 'path',
    family: 'source',
    line: /^\/(?:home|srv|var|usr|opt|root|Users|workspace)(?:\/[\w.@+-]{1,80}){1,20}\.(?:py|rb|php|java|kt|go|rs|cs|pl|exs?|erb|twig)$/u,
    count: 1,
  },
  // A source file of a server with a line number.
  {
    kind: 'path',
    family: 'source',
    line: /^[^.!?]{0,80}?(?:\/(?:home|srv|var|usr|opt|root|app|apps|tmp|Users|workspace|build|code)(?:\/[\w.@+-]{1,80}){1,20}|[A-Za-z]:\\(?:[\w .@+-]{1,80}\\){1,20}[\w.@+-]{1,80})\.(?:js|mjs|cjs|ts|tsx|jsx|py|rb|php|java|kt|go|rs|cs|pl|vue|ejs|erb|twig)(?::\d{1,7}\b|\(\d{1,7}\)|,? (?:on )?line \d|\s{1,8}Line:\s{1,4}\d)/u,
    count: 1,
  },
  // In an error any path below the usual homes of applications.
  {
    kind: 'path',
    family: 'directory',
    line: /(?:^|[\s"'(=:])(?:\/(?:home|srv|var\/www|var\/lib|usr\/src|opt|root|app|tmp|Users|workspace)(?:\/[\w.@+-]{1,80}){2,20}|[A-Za-z]:\\(?:[\w .@+-]{1,80}\\){1,20}[\w.@+-]{1,80})/u,
    count: 1,
    errorsOnly: true,
  },
];

// What every rule needs in some form, readable before entities and escapes are undone: most bodies end here, in one pass.
const SIEVE = new RegExp(
  [
    String.raw`\.[a-z]{1,6}(?:\)|\\?["'])?:\d{1,7}\b`,
    String.raw`(?:node:|\]|>)[\w/]{1,40}:\d{1,7}:\d`,
    String.raw`\bline (?:<b>)?\d`,
    String.raw`[\\/](?:home|srv|usr|var|opt|root|app|apps|tmp|users|workspace|build|code)\\?[\\/]`,
    String.raw`[a-z]:\\`,
    'goroutine |panicked at|native method|unknown source|at system\\.|at microsoft\\.|#0 ',
    'syntax|sqlite|sqlstate|unterminated|does not exist|invalid input|unique constraint|null value in|permission denied',
    String.raw`unknown column|doesn(?:'|&#x?\d\d;)t exist|duplicate entry|access denied for|no such |unrecognized token|constraint failed`,
    'sql logic|incomplete input|selects to the|unclosed quot|invalid (?:object|column) name|conversion failed|msg \\d',
    String.raw`(?:ora|pls|tns)-\d|\[microsoft|\[unixodbc|exception|select .{1,300} from |insert into |update .{1,100} set |delete from `,
    'e11000|connect e[a-z]|getaddrinfo |dbd::',
    'errno|failed to open|could not find|is a directory|&#(?:x2f|47|x5c|92);|operator does',
  ].join('|'),
  'iu',
);

export interface ScanOptions {
  readonly shape: TextShape;
  readonly status: number;
}

/**
 * The first leak in the beginning of a body, or null.
 *
 * @example findLeak('Error: near "x": syntax error', { shape: 'text', status: 200 }) // { kind: 'sql', family: 'sqlite' }
 */
export function findLeak(body: string, { shape, status }: ScanOptions): Leak | null {
  const isError = status >= 400;
  const head = body.slice(0, SCAN_BYTES_MAX);
  if (!SIEVE.test(head)) return null;
  const text = shape === 'html' ? textOfHtml(head, !isError) : shape === 'json' ? textOfJson(head) : head;
  const counts = new Map<LineRule, number>();
  for (const full of text.split(/\r\n?|\n/u, LINES_MAX)) {
    const line = full.trim().slice(0, LINE_CHARS_MAX);
    if (line.length < LINE_CHARS_MIN || !SIEVE.test(line)) continue;
    for (const rule of RULES) {
      if ((rule.errorsOnly === true && !isError) || !rule.line.test(line)) continue;
      const count = (counts.get(rule) ?? 0) + 1;
      if (count >= rule.count) return { kind: rule.kind, family: rule.family };
      counts.set(rule, count);
    }
  }
  return null;
}
