import type { FileFamily, FileType } from './types.ts';

type Row = readonly [id: string, extensions: string, mimeTypes: string];

const rows = (family: FileFamily, table: readonly Row[]): readonly FileType[] =>
  table.map(([id, extensions, mimeTypes]) => ({
    id,
    family,
    extensions: extensions.split(' ').filter((word) => word !== ''),
    mimeTypes: mimeTypes.split(' '),
  }));

const OOXML = 'application/vnd.openxmlformats-officedocument';
const ODF = 'application/vnd.oasis.opendocument';

/** Every type that is told apart by content: what an allow-list speaks of. The first media type is the registered one. */
export const FILE_TYPES: readonly FileType[] = [
  ...rows('image', [
    ['png', 'png apng', 'image/png image/apng image/x-png'],
    ['jpeg', 'jpg jpeg jpe jfif mpo', 'image/jpeg image/jpg image/pjpeg image/mpo'],
    ['gif', 'gif', 'image/gif'],
    ['webp', 'webp', 'image/webp'],
    ['bmp', 'bmp dib', 'image/bmp image/x-ms-bmp image/x-bmp'],
    ['tiff', 'tif tiff', 'image/tiff image/x-tiff'],
    ['ico', 'ico cur', 'image/vnd.microsoft.icon image/x-icon image/ico'],
    ['heic', 'heic heif hif', 'image/heic image/heif image/heic-sequence image/heif-sequence'],
    ['avif', 'avif', 'image/avif'],
    ['svg', 'svg', 'image/svg+xml'],
  ]),
  ...rows('document', [
    ['pdf', 'pdf', 'application/pdf application/x-pdf'],
    ['docx', 'docx dotx', `${OOXML}.wordprocessingml.document ${OOXML}.wordprocessingml.template`],
    ['xlsx', 'xlsx xltx', `${OOXML}.spreadsheetml.sheet ${OOXML}.spreadsheetml.template`],
    [
      'pptx',
      'pptx potx ppsx',
      `${OOXML}.presentationml.presentation ${OOXML}.presentationml.template ${OOXML}.presentationml.slideshow`,
    ],
    ['docm', 'docm dotm', 'application/vnd.ms-word.document.macroenabled.12'],
    ['xlsm', 'xlsm xltm xlam xlsb', 'application/vnd.ms-excel.sheet.macroenabled.12'],
    ['pptm', 'pptm potm ppsm ppam', 'application/vnd.ms-powerpoint.presentation.macroenabled.12'],
    ['odt', 'odt ott', `${ODF}.text ${ODF}.text-template`],
    ['ods', 'ods ots', `${ODF}.spreadsheet ${ODF}.spreadsheet-template`],
    ['odp', 'odp otp', `${ODF}.presentation ${ODF}.presentation-template`],
    ['epub', 'epub', 'application/epub+zip'],
    ['doc', 'doc dot', 'application/msword'],
    ['xls', 'xls xlt', 'application/vnd.ms-excel'],
    ['ppt', 'ppt pps pot', 'application/vnd.ms-powerpoint'],
    ['ole', 'msg msi vsd mpp pub db', 'application/x-ole-storage application/vnd.ms-outlook application/x-msi'],
    ['rtf', 'rtf', 'application/rtf text/rtf'],
  ]),
  ...rows('archive', [
    ['zip', 'zip', 'application/zip application/x-zip-compressed application/x-zip'],
    ['gzip', 'gz tgz', 'application/gzip application/x-gzip application/x-compressed-tar application/x-tgz'],
    ['bzip2', 'bz2 tbz2', 'application/x-bzip2 application/x-bzip'],
    ['xz', 'xz txz', 'application/x-xz'],
    ['zstd', 'zst', 'application/zstd'],
    ['7z', '7z', 'application/x-7z-compressed'],
    ['rar', 'rar', 'application/vnd.rar application/x-rar-compressed application/x-rar'],
    ['tar', 'tar', 'application/x-tar application/tar'],
  ]),
  ...rows('text', [
    [
      'txt',
      'txt text log ini conf cfg yaml yml toml srt diff patch tex po properties asc',
      'text/plain text/yaml application/yaml',
    ],
    ['csv', 'csv tsv', 'text/csv text/tab-separated-values application/csv application/vnd.ms-excel'],
    [
      'json',
      'json geojson webmanifest map ndjson jsonl har',
      'application/json text/json application/geo+json application/x-ndjson',
    ],
    ['xml', 'xml xsd rng gpx kml rss atom xlf plist', 'application/xml text/xml application/gpx+xml application/rss+xml'],
    ['html', 'html htm xhtml xht shtml', 'text/html application/xhtml+xml'],
    ['md', 'md markdown', 'text/markdown text/x-markdown'],
    ['ics', 'ics ical', 'text/calendar'],
    ['vcf', 'vcf vcard', 'text/vcard text/x-vcard'],
    ['css', 'css', 'text/css'],
    ['js', 'js mjs cjs', 'text/javascript application/javascript application/x-javascript'],
    [
      'source',
      'py pl rb c h cc cpp hpp cs java kt go rs ts tsx jsx swift scala lua r sql vue',
      'text/x-source text/x-c text/x-java-source',
    ],
  ]),
  ...rows('media', [
    ['mp3', 'mp3', 'audio/mpeg audio/mp3'],
    ['wav', 'wav', 'audio/wav audio/x-wav audio/wave audio/vnd.wave'],
    ['flac', 'flac', 'audio/flac audio/x-flac'],
    ['ogg', 'ogg oga ogv opus', 'audio/ogg video/ogg application/ogg audio/opus'],
    ['mp4', 'mp4 m4a m4v', 'video/mp4 audio/mp4 audio/x-m4a video/x-m4v'],
    ['mov', 'mov qt', 'video/quicktime'],
    ['webm', 'webm', 'video/webm audio/webm'],
    ['mkv', 'mkv mka', 'video/matroska video/x-matroska audio/x-matroska'],
    ['avi', 'avi', 'video/vnd.avi video/x-msvideo video/avi'],
  ]),
  ...rows('font', [
    ['ttf', 'ttf otf ttc', 'font/ttf font/otf font/sfnt font/collection application/x-font-ttf application/x-font-otf'],
    ['woff', 'woff', 'font/woff application/font-woff'],
    ['woff2', 'woff2', 'font/woff2'],
  ]),
  ...rows('program', [
    ['pe', 'exe dll sys scr com cpl ocx efi', 'application/vnd.microsoft.portable-executable application/x-msdownload'],
    ['elf', 'elf so o bin ko', 'application/x-elf application/x-executable application/x-sharedlib'],
    ['macho', 'dylib macho', 'application/x-mach-binary'],
    ['class', 'class', 'application/java-vm'],
    ['dex', 'dex', 'application/vnd.android.dex'],
    ['wasm', 'wasm', 'application/wasm'],
    ['jar', 'jar war ear', 'application/java-archive application/x-java-archive'],
    ['apk', 'apk', 'application/vnd.android.package-archive'],
    ['script', 'sh bash zsh ksh ps1 bat cmd vbs py pl rb', 'application/x-sh text/x-shellscript text/x-python text/x-perl'],
    ['php', 'php phtml php3 php4 php5 php7 phps phar pht', 'application/x-httpd-php text/x-php'],
    ['jsp', 'jsp jspx jspf', 'application/x-jsp'],
    ['asp', 'asp asa', 'application/x-asp'],
    ['aspx', 'aspx ashx asmx ascx', 'application/x-aspx'],
    ['lnk', 'lnk', 'application/x-ms-shortcut'],
  ]),
];

const BY_ID: ReadonlyMap<string, FileType> = new Map(FILE_TYPES.map((type) => [type.id, type]));
/** Where two types have one extension, the first is meant: a source that begins with `#!` is a program all the same. */
const BY_EXTENSION: ReadonlyMap<string, FileType> = new Map(
  FILE_TYPES.toReversed().flatMap((type) => type.extensions.map((extension) => [extension, type] as const)),
);

/**
 * The type with an id of `FILE_TYPES`.
 *
 * @example fileType('png')?.mimeTypes[0] // 'image/png'
 */
export function fileType(id: string): FileType | null {
  return BY_ID.get(id) ?? null;
}

/** What follows the last dot, in lower case; empty when there is none. */
export function extensionOf(name: string): string {
  const dot = name.lastIndexOf('.');
  return dot < 0 || name.length - dot > 33 ? '' : name.slice(dot + 1).toLowerCase();
}

/**
 * The type that files of this name have when they are what they are called.
 *
 * @example fileTypeByName('holiday.JPG')?.id // 'jpeg'
 */
export function fileTypeByName(name: string): FileType | null {
  return BY_EXTENSION.get(extensionOf(name)) ?? null;
}
