import type { Evidence, EventRecord } from '@holdfast/contract';
import { evidenceOf } from '../finding.ts';
import type { Probed } from './probing.ts';
import { textOf } from '../payload-text.ts';

/** One account that was asked for, and by whom. */
export interface Probe {
  readonly key: string;
  readonly event: EventRecord;
  readonly address: string;
  readonly probed: Probed;
  readonly evidence: Evidence;
}

const PROBED_ROUTE =
  /(?:^|[/_.-])(?:register|registration|sign-?up|forgot|forgotten|lost-?password|reset|recover|recovery|exists|available|availability|check-?(?:user|name|email|account)|username|lookup)(?:$|[/_.-])/iu;
const PATH_MAX = 512;

/**
 * A request for registration, recovery or whether a name is free. By somebody who is signed in it is work, as at a help desk.
 * With GET only a query can name somebody.
 */
export function probeOf(event: EventRecord, { key, answer }: { key: string; answer: string }): Probe | null {
  const { method, path, query, account, address } = event.payload;
  if (typeof path !== 'string' || path.length >= PATH_MAX || typeof address !== 'string') return null;
  const named = typeof query === 'string' ? query : '';
  if (typeof account === 'string' || !PROBED_ROUTE.test(path) || (method === 'GET' && named === '')) return null;
  const evidence = evidenceOf(event, `${textOf(method)} ${path} ${textOf(event.payload['status'])}`);
  const asked = named === '' ? event.id : named.slice(0, 256);
  return { key, event, address, probed: { time: event.time, account: asked, answer }, evidence };
}
