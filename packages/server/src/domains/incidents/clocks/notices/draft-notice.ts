import type { ClockRule, Notice } from '@holdfast/contract';
import { Refusal } from '../../../../platform/refusal.ts';
import type { ClockParts } from '../clock-parts.ts';
import { readRules } from '../rule-store.ts';
import { gatherFacts, type Facts } from './facts.ts';
import { textOf, timeOf } from './markdown.ts';
import { variantOf } from './variants.ts';

const CHARS_MAX = 65_536;
const MISSING_MAX = 32;

/**
 * A draft for people: filled with what is known, and with a mark wherever it is not. It goes to whoever asked and nowhere else:
 * this folder knows neither channels nor connections, and a test holds that.
 */
export async function draftNotice(parts: ClockParts, incident: string, name: string): Promise<Notice> {
  const rule = (await readRules(parts.db)).find(({ id }) => id === name);
  if (rule === undefined) throw new Refusal('not-found');
  return writeNotice(rule, await gatherFacts(parts, incident, name));
}

export function writeNotice(rule: ClockRule, facts: Facts): Notice {
  const sections = variantOf(rule)(facts);
  const body = sections.map(({ title, body: text }) => `## ${title}\n\n${text}\n`).join('\n');
  const missing = [...new Set(sections.flatMap((section) => section.missing))];
  const markdown = `${headOf(rule, facts)}\n${body}`;
  return {
    rule: rule.id,
    title: rule.title,
    madeAt: facts.now,
    markdown: markdown.length > CHARS_MAX ? `${markdown.slice(0, CHARS_MAX - 1)}…` : markdown,
    missing: missing.slice(0, MISSING_MAX),
  };
}

function headOf({ title, source }: ClockRule, { incident, clock, now }: Facts): string {
  const due = clock?.dueAt ?? null;
  return [
    `# DRAFT${incident.isDrill ? ' OF A DRILL, not to be filed' : ''}: ${textOf(title)}`,
    '',
    `> ${textOf(source)}. Drafted ${timeOf(now)}${due === null ? '' : `; due ${timeOf(due)}`}.`,
    '> This is no legal advice. Holdfast sends it to nobody: a person completes it, decides and files it.',
    '',
  ].join('\n');
}
