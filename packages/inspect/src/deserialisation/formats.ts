/** One form in which a serialised object travels. */
export interface Format {
  rule: string;
  /** A text without which the form cannot be there. */
  hint: string;
  shape: RegExp;
  confidence: number;
  quoted: number;
  why: string;
}

export const FORMATS: readonly Format[] = [
  {
    rule: 'deserialisation.java',
    hint: 'rO0AB',
    shape: /(?<![A-Za-z0-9+/_])rO0AB[A-Za-z0-9+/_-]{1,64}/,
    confidence: 0.96,
    quoted: 0.9,
    why: 'Base64 of the magic number and version of Java serialisation',
  },
  {
    // The same octets one and two places later in a Base64 text, behind a header of another protocol.
    rule: 'deserialisation.java',
    hint: 'A',
    shape: /(?:KztAAU|Cs7QAF)[A-Za-z0-9+/]{4,64}/,
    confidence: 0.91,
    quoted: 0.5,
    why: 'Base64 of Java serialisation behind other octets',
  },
  {
    rule: 'deserialisation.java',
    hint: '0005',
    shape: /(?<![0-9a-f])aced0005(?:[0-9a-f]{2}){1,64}/i,
    confidence: 0.96,
    quoted: 0.6,
    why: 'the magic number and version of Java serialisation in hexadecimal',
  },
  {
    rule: 'deserialisation.java',
    hint: '\u0000\u0005',
    // eslint-disable-next-line no-control-regex -- these are the octets of the format.
    shape: /[\u00ac\ufffd][\u00ed\ufffd]\u0000\u0005/,
    confidence: 0.95,
    quoted: 0.95,
    why: 'the octets with which Java serialisation begins',
  },
  {
    rule: 'deserialisation.php',
    hint: ':',
    shape: /(?<![\w.-])[OCE]:\+?\d{1,10}:\\?["'][\w\\:\x80-\uffff]{1,256}\\?["'](?::\+?\d{1,10})?[:;]\s{0,4}[{;]?/i,
    confidence: 0.95,
    quoted: 0.7,
    why: 'an object as PHP serialises it',
  },
  {
    rule: 'deserialisation.python',
    hint: 'gA',
    shape: /^(?:gAS[VMC]|gA[NJ][jY(])[A-Za-z0-9+/_-]{12}/,
    confidence: 0.93,
    quoted: 0.93,
    why: 'Base64 of a pickle that names a function or holds an object',
  },
  {
    rule: 'deserialisation.python',
    hint: '\n',
    shape:
      /(?:^|[^A-Za-z])[ci](?:os|posix|nt|subprocess|builtins|__builtin__|commands|sys|pty|socket|webbrowser|platform)\r?\n\w{1,32}\r?\n/,
    confidence: 0.95,
    quoted: 0.93,
    why: 'a pickle that loads a function of the system',
  },
  {
    rule: 'deserialisation.dotnet',
    hint: 'AAEAAAD',
    shape: /(?<![A-Za-z0-9+/_])AAEAAAD(?:\/{5}|_{5})/,
    confidence: 0.96,
    quoted: 0.9,
    why: 'Base64 of the header of BinaryFormatter',
  },
  {
    rule: 'deserialisation.dotnet',
    hint: 'wEy',
    shape: /^[/_]wEy[A-Za-z0-9+/_-]{24}/,
    confidence: 0.92,
    quoted: 0.92,
    why: 'a view state whose first token is a serialised object',
  },
  {
    rule: 'deserialisation.ruby',
    hint: 'BAh',
    shape: /^BAh(?:v|V|j|bCGM|bB2M|bCW|U6)[A-Za-z0-9+/_-]{8}/,
    confidence: 0.93,
    quoted: 0.93,
    why: 'Base64 of a Marshal stream that begins with an object or class',
  },
  {
    rule: 'deserialisation.ruby',
    hint: '\u0004\u0008',
    // eslint-disable-next-line no-control-regex -- these are the octets of the format.
    shape: /^\u0004\u0008[ocUeC]/,
    confidence: 0.93,
    quoted: 0.93,
    why: 'a Marshal stream that begins with an object or class',
  },
  {
    rule: 'deserialisation.tag',
    hint: '!',
    shape:
      /!!?(?:<tag:yaml\.org,2002:)?(?:python\/(?:object|name|module|apply|new|tuple)|ruby\/(?:object|hash|struct|class|module|sym|regexp|array|exception|marshalable)|php\/object|js\/(?:function|regexp)|perl\/(?:hash|code|ref)|(?:java|javax|com|org|sun|ch\.qos|jdk)\.\w{1,40}\.[\w.$]{1,128})/,
    confidence: 0.95,
    quoted: 0.6,
    why: 'a YAML tag names the class to be made',
  },
  {
    rule: 'deserialisation.tag',
    hint: '<',
    shape:
      /<(?:java\.(?:lang|util|beans|io|net)\.|javax\.|com\.sun\.|sun\.|jdk\.nashorn|org\.apache\.(?:commons|xalan)|org\.codehaus\.groovy|dynamic-proxy\b|java\s{1,4}(?:version|class)\s{0,4}=|void\s{1,4}(?:class|method|property|index)\s{0,4}=|object\s{1,4}class\s{0,4}=\s{0,4}["'](?:java|javax|com|org|sun)\.)/,
    confidence: 0.95,
    quoted: 0.6,
    why: 'an element names the Java class to be made',
  },
  {
    rule: 'deserialisation.gadget',
    hint: '$type',
    shape:
      /["']\$type["']\s{0,8}:\s{0,8}["'](?:System\.(?:Windows|Diagnostics|Configuration|Management|IO|Web|Security)|Microsoft\.)/,
    confidence: 0.95,
    quoted: 0.5,
    why: 'a type name for Json.NET that reaches beyond data',
  },
  {
    rule: 'deserialisation.gadget',
    hint: '@type',
    shape:
      /["']@type["']\s{0,8}:\s{0,8}["'](?:java\.|javax\.|com\.sun\.|sun\.|org\.apache\.|org\.springframework|ch\.qos|com\.mchange|L\w)/,
    confidence: 0.95,
    quoted: 0.5,
    why: 'a type name for fastjson or Jackson that reaches beyond data',
  },
  {
    rule: 'deserialisation.gadget',
    hint: 'py/',
    shape: /["']py\/(?:reduce|object\/(?:apply|new)|function|repr|newargs(?:ex)?)["']\s{0,8}:/,
    confidence: 0.94,
    quoted: 0.5,
    why: 'a key of jsonpickle that calls what it names',
  },
  {
    rule: 'deserialisation.gadget',
    hint: 'py/',
    shape:
      /["']py\/(?:object|type)["']\s{0,8}:\s{0,8}["'](?:os|posix|nt|subprocess|builtins|__builtin__|__main__|commands|sys|pty|socket|webbrowser|platform)\./,
    confidence: 0.94,
    quoted: 0.5,
    why: 'a class for jsonpickle that reaches the system',
  },
];
