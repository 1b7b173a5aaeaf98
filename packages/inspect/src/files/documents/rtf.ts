import { asciiText } from '../bytes/reader.ts';
import { note, type FileCase, type Shape } from '../case.ts';

const OVERLAP = 256;
/** RTF 1.9.1: control words that bring in or start something else. Blanks, braces and groups between them change nothing here. */
const OBJECT = /\\(?:object|objdata|objemb|objlink|objautlink|objocx|objupdate|objhtml)(?![a-z])/;
const TEMPLATE = /\\\*\s{0,8}\\template\s{0,8}[^\\{}]{0,16}(?:https?:|file:|\\\\|\/\/)/i;
const FETCHES = /INCLUDE(?:PICTURE|TEXT)[^{}]{0,64}?(?:https?:|\\\\\\\\|\/\/)/i;
const DDE = /\bDDE(?:AUTO)?\b\s/;

/** Rich Text: objects in it, and a brace that closes it. */
export function judgeRtf(file: FileCase): Shape {
  const { reader } = file;
  let carried = '';
  let depth = 0;
  let end = -1;
  let isEscaped = false;
  reader.each(0, reader.size, (chunk, at) => {
    const text = asciiText(chunk);
    const seen = carried + text;
    if (OBJECT.test(seen)) note(file, 'embedded-object', 'it holds an object of another program');
    if (TEMPLATE.test(seen) || FETCHES.test(seen)) note(file, 'external-reference', 'a part of it is fetched from elsewhere');
    if (DDE.test(seen)) note(file, 'macro', 'a field starts another program');
    carried = seen.slice(-OVERLAP);
    for (let i = 0; i < chunk.length && end < 0; i++) {
      const octet = chunk[i];
      if (isEscaped) isEscaped = false;
      else if (octet === 0x5c) isEscaped = true;
      else if (octet === 0x7b) depth++;
      else if (octet === 0x7d && --depth === 0) end = at + i + 1;
    }
  });
  const rest = end < 0 ? '' : reader.latin1(end, 1024);
  const isBlank = end >= 0 && end + 1024 >= reader.size && /^[\s\0]*$/.test(rest);
  return { id: 'rtf', end: end < 0 || isBlank ? reader.size : end, fault: end < 0 ? 'its braces are not closed' : null };
}
