export interface HostileSample {
  /** What it does, in few words. */
  readonly title: string;
  readonly name: string;
  readonly type: string;
  readonly bytes: Buffer;
  /** A finding that it must have, in any place. */
  readonly code: string;
}

/** The harmless text that every scanner of malware knows, in two pieces so that no scanner of sources finds it here. */
export const EICAR: Buffer = Buffer.from(['X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD', '-ANTIVIRUS-TEST-FILE!$H+H*'].join(''));

export const PHP = '<?php system($_GET["c"]); ?>';
export const ASPX = '<%@ Page Language="C#" %><% System.Diagnostics.Process.Start(Request["c"]); %>';
export const JSP = '<%@ page import="java.io.*" %><% Runtime.getRuntime().exec(request.getParameter("c")); %>';
export const row = (
  code: string,
  title: string,
  [name, type]: readonly [string, string],
  bytes: Buffer | string,
): HostileSample => ({
  title,
  name,
  type,
  bytes: Buffer.from(bytes),
  code,
});

export const PNG = ['photo.png', 'image/png'] as const;
export const JPEG = ['photo.jpg', 'image/jpeg'] as const;
export const GIF = ['dot.gif', 'image/gif'] as const;
export const SVG = ['drawing.svg', 'image/svg+xml'] as const;
export const HTML = ['page.html', 'text/html'] as const;
export const PDF = ['letter.pdf', 'application/pdf'] as const;
export const DOCX = ['letter.docx', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'] as const;
export const XLSX = ['table.xlsx', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'] as const;
export const ODT = ['letter.odt', 'application/vnd.oasis.opendocument.text'] as const;
export const DOC = ['old.doc', 'application/msword'] as const;
export const XLS = ['old.xls', 'application/vnd.ms-excel'] as const;
export const RTF = ['note.rtf', 'application/rtf'] as const;
export const ZIP = ['folder.zip', 'application/zip'] as const;
export const TAR = ['folder.tar', 'application/x-tar'] as const;
export const GZIP = ['words.txt.gz', 'application/gzip'] as const;
export const TXT = ['notes.txt', 'text/plain'] as const;
