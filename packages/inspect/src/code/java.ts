import { TRAIT } from '../traits.ts';
import type { Pattern } from './pattern.ts';

/**
 * Packages of the Java runtime and of frameworks whose classes open files, start programs or load code. Loggers and crash reports
 * name others (`org.springframework`, `java.util`), so those stay out.
 */
const QUALIFIED =
  /(?<![\w.@$/\\-])(?:java\.(?:io|lang|rmi|beans|net|nio|security|Runtime|ProcessBuilder)|javax\.(?:script|naming|el|management|faces|imageio)|sun\.(?:misc|reflect|rmi|tools)|com\.sun\.(?:org|rowset|jndi|jmx|corba|tools)|org\.omg\.CORBA|com\.opensymphony\.xwork2|org\.apache\.(?:commons|struts2?|xalan|bcel|catalina|xbean|velocity|tomcat\.dbcp|naming|el)|org\.codehaus\.groovy|groovy\.(?:lang|util)|freemarker\.template|bsh\.Interpreter|ognl\.Ognl|org\.mozilla\.javascript|clojure\.core)(?:[.$]\w{1,64}){0,8}(?![\w/])/g;
/** A text without any of these names none of those packages; looking for them costs less than the expression does. */
const ROOTS = ['java', 'sun.', 'org.', 'com.opens', 'groovy.', 'freemarker.', 'bsh.', 'ognl.', 'clojure.'] as const;
/** Crash reports name what was thrown; that is no class anybody asks the server to load. */
const THROWN = /(?:Exception|Error|Throwable|Failure|Warning)$/;
const STACK_FRAME = /(?:\b|\\t)at\s{1,4}[\w.$<>/]{3,200}\([\w$ .-]{1,80}(?::\d{1,6})?\)/;
/** Source code that somebody shows begins with such lines. */
const IMPORT = /\b(?:import|package)\s{1,4}(?:static\s{1,4})?$/;
/** A qualified name as the whole value, perhaps quoted, called, or behind a parameter name in a plain text. */
const BEFORE_LONE = /^[\s"'[({]{0,8}(?:[\w.-]{1,64}[=:]\s{0,4})?["']?$/;
const CALLS_MAX = 64;

/** A class name and how it stands in the value. */
export interface ClassName {
  span: readonly [number, number];
  text: string;
  isLone: boolean;
}

/** The first qualified class name that no crash report would hold; undefined in stack traces. */
export function findClassName(value: string): ClassName | undefined {
  if (!ROOTS.some((root) => value.includes(root))) return undefined;
  let seen = 0;
  for (const match of value.matchAll(QUALIFIED)) {
    if (++seen > CALLS_MAX) return undefined;
    const [text] = match;
    if (THROWN.test(text)) continue;
    if (STACK_FRAME.test(value) || IMPORT.test(value.slice(Math.max(0, match.index - 16), match.index))) return undefined;
    const span = [match.index, match.index + text.length] as const;
    return { span, text, isLone: span[0] <= 80 && BEFORE_LONE.test(value.slice(0, span[0])) };
  }
  return undefined;
}

export const JAVA_PATTERNS: readonly Pattern[] = [
  {
    rule: 'code.java-execution',
    hint: 'untime',
    needs: TRAIT.dot,
    shape:
      /\bgetRuntime\b|\bRuntime\s{0,4}\.\s{0,4}(?:exec|load)\b|\bjava\.(?:lang\.)?Runtime\b|java\.lang\.\w{1,40}\s{1,8}Runtime\b/,
    confidence: 0.94,
    quoted: 0.5,
    why: 'the Java runtime is asked to run a program',
  },
  {
    rule: 'code.java-execution',
    hint: 'rocess',
    needs: TRAIT.dot | TRAIT.paren,
    shape: /\bProcessBuilder\s{0,4}[.(]|java\.lang\.\w{1,40}\s{1,8}ProcessBuilder\b|\bProcessImpl\b|\bUNIXProcess\b/,
    confidence: 0.94,
    quoted: 0.5,
    why: 'a Java process is built',
  },
  {
    rule: 'code.java-execution',
    hint: '.',
    needs: TRAIT.paren,
    shape:
      /\bClass\s{0,4}\.\s{0,4}forName\s{0,4}\(|\bgetClass\s{0,4}\(\s{0,4}\)\s{0,4}\.\s{0,4}(?:forName|getMethod|getClassLoader|getConstructor|getDeclared|getProtectionDomain)|\bT\s{0,4}\(\s{0,4}java\.|\bScriptEngineManager\b.{0,40}\(|\bURLClassLoader\b.{0,40}\(|\bdefineClass\s{0,4}\(|\bGroovyShell\b.{0,20}\(/,
    confidence: 0.95,
    quoted: 0.5,
    why: 'a Java class is loaded by name',
  },
  {
    rule: 'code.java-execution',
    hint: 'execute',
    needs: TRAIT.paren,
    shape: /['"\])]\s{0,4}\.\s{0,4}execute\s{0,4}\(\s{0,4}(?:null\s{0,4},[^)]{0,64})?\)/,
    confidence: 0.93,
    quoted: 0.5,
    why: 'Groovy runs a string as a program',
  },
  {
    rule: 'code.java-binding',
    hint: '#',
    needs: TRAIT.comment,
    shape:
      /#_?memberAccess|#(?:context|attr|request|session|application|parameters|root)\s{0,4}\[|#\w{1,40}\s{0,4}=\s{0,4}(?:@|\(|new\b|#)|[%$]\{\s{0,4}\(?#/,
    confidence: 0.96,
    quoted: 0.7,
    why: 'an OGNL expression reaches for its context',
  },
  {
    rule: 'code.java-binding',
    hint: 'Access',
    needs: TRAIT.letter,
    shape: /allow(?:Static|Private|Protected)\w{0,16}Access|\bMethodAccessor\b.{0,40}deny|\bSecurityMemberAccess\b/,
    confidence: 0.95,
    quoted: 0.5,
    why: 'an OGNL expression lifts the ban on static methods',
  },
  {
    rule: 'code.java-binding',
    hint: '@',
    needs: TRAIT.at,
    shape: /@(?:java|javax|org\.apache|ognl|com\.opensymphony)(?:\.\w{1,64}){1,6}@/,
    confidence: 0.96,
    quoted: 0.7,
    why: 'an OGNL expression calls a static method',
  },
];
/** Walks from the object that a form fills to its class loader (CVE-2010-1622, CVE-2014-0094, CVE-2022-22965). */
export const CLASS_LOADER: RegExp =
  /(?:^|[.['"])class(?:\.|['"\]]{0,2}\[['"]?|['"]?\]\.?)(?:module(?:\.|['"\]]{0,2}\[['"]?|['"]?\]\.?))?(?:classLoader|protectionDomain)\b/i;
/** Prefixes of Struts parameters that name an action; with an expression behind them it is evaluated (CVE-2013-2251, CVE-2016-3081). */
export const STRUTS_PREFIX: RegExp = /^(?:redirect|redirectAction|action|method)\s{0,4}:[^\n]{0,256}?[$%#(@]/;
