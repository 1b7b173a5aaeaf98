import { decodeEntities } from '../../variants/entities.ts';
import type { Reader } from '../bytes/reader.ts';
import type { FileCase } from '../case.ts';
import { textEncoding } from '../texts/encoding.ts';
import { readMarkup } from '../texts/markup.ts';
import type { FileCode } from '../types.ts';

/** Lists of libraries are there when the libraries are empty, too. */
const LIBRARY_LIST = /\/script-l[bc]\.xml$/i;
const OUTSIDE = /^\s*(?:https?:|ftp:|file:|smb:|[\\/]{2})/i;

interface OpenDocumentMember {
  readonly name: string;
  readonly place: string;
  readonly reader: Reader;
}

/** One part of an OpenDocument file (OASIS, version 1.3). */
export function judgeOpenDocumentMember(file: FileCase, { name, place, reader }: OpenDocumentMember): void {
  const told = (code: FileCode, detail: string): void => file.judging.notes.add({ code, place, detail });
  if (/^(?:Basic|Dialogs|Scripts)\/.{1,512}[^/]$/s.test(name) && !LIBRARY_LIST.test(name)) told('macro', 'it has macros');
  if (!/(?:^|\/)(?:content|styles|manifest|settings)\.xml$/.test(name)) return;
  const encoding = textEncoding(reader);
  if (encoding === null) return;
  readMarkup(
    reader,
    { isXml: true, encoding },
    {
      tag: ({ name: tag, attributes }) => {
        if (tag === 'encryption-data') told('document-encrypted', 'a part of it is encrypted');
        if (tag === 'event-listener' && attributes.some(([, value]) => /script:/i.test(value)))
          told('macro', 'an event starts a macro');
        if (tag === 'object-ole' || tag === 'applet' || tag === 'plugin')
          told('embedded-object', 'it holds an object of another program');
        const href = decodeEntities(attributes.find(([attribute]) => attribute.endsWith('href'))?.[1] ?? '');
        // People click on `text:a`; everything else is fetched when the document is opened.
        if (tag !== 'a' && OUTSIDE.test(href)) told('external-reference', 'a part of it is fetched from elsewhere');
        if (tag === 'dde-source' || tag === 'dde-connection-decl') told('macro', 'it speaks to another program');
      },
    },
  );
}
