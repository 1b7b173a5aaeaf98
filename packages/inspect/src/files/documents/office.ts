import { decodeEntities } from '../../variants/entities.ts';
import type { Reader } from '../bytes/reader.ts';
import type { FileCase } from '../case.ts';
import { textEncoding } from '../texts/encoding.ts';
import { readMarkup } from '../texts/markup.ts';
import type { FileCode } from '../types.ts';

const FIELD_CHARS_MAX = 65_536;
/** Links that a person has to click. */
const CLICKED = /\/hyperlink$/i;
/** Fields that start another program, or fetch, when the document is opened (ISO/IEC 29500-1 §17.16.5). */
const DDE = /\bDDE(?:AUTO)?\b/i;
const FETCHES = /\bINCLUDE(?:PICTURE|TEXT)\b[^\n]{0,64}?(?:https?:|ftp:|\\\\|\/\/)/i;
/** A formula that speaks to another program: `cmd|'/c …'!A1`. */
const DDE_FORMULA = /^[\s=+@-]{0,8}[\w.]{1,64}\|/;

interface OfficeMember {
  readonly name: string;
  readonly place: string;
  readonly reader: Reader;
}

/** One part of a document of Office (ECMA-376): macros, controls, embedded objects, targets outside, dynamic data exchange. */
export function judgeOfficeMember(file: FileCase, { name, place, reader }: OfficeMember): void {
  const told = (code: FileCode, detail: string): void => file.judging.notes.add({ code, place, detail });
  if (/(?:^|\/)vba(?:Project|Data)[^/]*$/i.test(name)) told('macro', 'it has macros');
  else if (/(?:^|\/)(?:macrosheets|dialogsheets|intlmacrosheets)\//i.test(name)) told('macro', 'it has a macro sheet');
  else if (/(?:^|\/)activeX\//i.test(name)) told('embedded-object', 'it has controls');
  // Charts keep their table in a workbook beside them, which is judged as what it is.
  else if (/(?:^|\/)embeddings\//i.test(name) && !/\.(?:docx|xlsx|pptx)$/i.test(name))
    told('embedded-object', 'it holds an object of another program');
  else if (name.endsWith('.rels')) judgeRelations(reader, told);
  else if (/\.xml$/i.test(name)) judgePart(reader, told);
}

type Tell = (code: FileCode, detail: string) => void;

function judgeRelations(reader: Reader, told: Tell): void {
  eachTag(reader, ({ name, attributes }) => {
    if (name !== 'relationship') return;
    const value = (wanted: string): string => decodeEntities(attributes.find(([attribute]) => attribute === wanted)?.[1] ?? '');
    const [type, target] = [value('type'), value('target')];
    if (/\/(?:vbaProject|xlMacrosheet|xlIntlMacrosheet|wordVbaData)$/i.test(type)) told('macro', 'it has macros');
    const isOutside = value('targetmode').toLowerCase() === 'external';
    if (isOutside && /^\s*(?:javascript|vbscript|mhtml|ms-[a-z]+|x-usc|search-ms):/i.test(target))
      told('external-reference', 'a link starts a program');
    else if (isOutside && !CLICKED.test(type)) told('external-reference', 'a part of it is fetched from elsewhere');
  });
}

function judgePart(reader: Reader, told: Tell): void {
  let isField = false;
  let isFormula = false;
  let fields = '';
  let formula = '';
  const tag = ({
    name,
    attributes,
    kind,
  }: {
    name: string;
    attributes: readonly (readonly [string, string])[];
    kind: string;
  }): void => {
    if (name === 'ddelink') told('macro', 'it speaks to another program');
    if (name === 'oleobject' || name === 'oleobj' || name === 'control')
      told('embedded-object', 'it holds an object of another program');
    if (name === 'fldsimple') fields += ` ${attributes.find(([attribute]) => attribute.endsWith('instr'))?.[1] ?? ''}`;
    isField = name === 'instrtext' && kind === 'open';
    if (name === 'f' && kind === 'close' && DDE_FORMULA.test(decodeEntities(formula)))
      told('macro', 'a formula speaks to another program');
    isFormula = name === 'f' && kind === 'open';
    formula = '';
  };
  const text = (piece: string): void => {
    if (isField && fields.length < FIELD_CHARS_MAX) fields += piece.slice(0, FIELD_CHARS_MAX);
    if (isFormula && formula.length < 256) formula += piece.slice(0, 256);
  };
  const encoding = textEncoding(reader);
  if (encoding === null) return;
  readMarkup(reader, { isXml: true, encoding }, { tag, text });
  const code = decodeEntities(fields);
  if (DDE.test(code)) told('macro', 'a field starts another program');
  if (FETCHES.test(code)) told('external-reference', 'a field fetches from elsewhere');
}

function eachTag(reader: Reader, visit: Parameters<typeof readMarkup>[2]['tag']): void {
  const encoding = textEncoding(reader);
  if (encoding !== null) readMarkup(reader, { isXml: true, encoding }, { tag: visit });
}
