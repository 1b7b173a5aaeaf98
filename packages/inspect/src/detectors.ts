import { cmdi } from './cmdi/detect.ts';
import { code } from './code/detect.ts';
import { crlf } from './crlf/detect.ts';
import { deserialisation } from './deserialisation/detect.ts';
import { inclusion } from './inclusion/detect.ts';
import { jndi } from './jndi/detect.ts';
import { ldap } from './ldap/detect.ts';
import { nosql } from './nosql/detect.ts';
import { pollution } from './pollution/detect.ts';
import { scanner } from './scanner/detect.ts';
import { sqli } from './sqli/detect.ts';
import { ssrf } from './ssrf/detect.ts';
import { ssti } from './ssti/detect.ts';
import { traversal } from './traversal/detect.ts';
import { xpath } from './xpath/detect.ts';
import { xss } from './xss/detect.ts';
import { xxe } from './xxe/detect.ts';
import type { Detector } from './types.ts';

/** Every family of attack this package knows, one folder each. */
export const DETECTORS: readonly Detector[] = [
  sqli,
  nosql,
  xss,
  cmdi,
  traversal,
  inclusion,
  ssrf,
  ssti,
  xxe,
  ldap,
  xpath,
  jndi,
  code,
  deserialisation,
  pollution,
  crlf,
  scanner,
];
