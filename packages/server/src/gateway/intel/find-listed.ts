import { INDICATOR_ACTIONS, type IndicatorAction, type IndicatorKind } from '@holdfast/contract';
import { entryId } from '../../platform/lookup/entry-id.ts';
import type { ListedTable } from '../../platform/lookup/listed-table.ts';
import type { Mark } from '../../platform/lookup/marks.ts';
import { prefixAround } from '../../platform/lookup/prefix.ts';
import type { Exchange } from '../exchange.ts';

/** Something of a request that is listed. */
export interface Listed {
  readonly kind: IndicatorKind;
  /** Names the entry; says nothing of whom it is about. */
  readonly indicator: string;
  readonly action: IndicatorAction;
  readonly confidence: number;
}

const LABELS_MAX = 32;
const URL_CHARS_MAX = 2048;

/** As much of a request as is looked at. */
export interface Looking extends Pick<Exchange, 'clientAddress'> {
  readonly head: Pick<Exchange['head'], 'host' | 'headers'>;
}

/**
 * What is looked at: the address of the visitor, his user agent, and the two hosts that a request names, its own and that of
 * the page that led here (`Referer`, also as a whole).
 */
export function findListed(table: ListedTable, { clientAddress, head }: Looking, now: number): readonly Listed[] {
  const found: Listed[] = [];
  const byAddress = table.findAddress(clientAddress, now);
  for (const mark of byAddress) {
    const prefix = prefixAround(clientAddress, mark.length);
    if (prefix !== null) found.push(listed(table, mark, { kind: 'address', value: prefix }));
  }
  if (!table.hasTexts) return found;
  add(found, table, { kind: 'agent', letter: 'a', value: headerOf(head.headers, 'user-agent').toLowerCase(), now });
  addHost(found, table, { host: head.host, now });
  const referrer = headerOf(head.headers, 'referer');
  if (referrer !== '' && referrer.length <= URL_CHARS_MAX && URL.canParse(referrer)) {
    const url = new URL(referrer);
    url.hash = '';
    add(found, table, { kind: 'url', letter: 'u', value: url.href, now });
    if (url.hostname !== head.host) addHost(found, table, { host: url.hostname, now });
  }
  return found;
}

/** A file by its SHA-256. */
export function findListedHash(table: ListedTable | null, hash: string, now: number): readonly Listed[] {
  const found: Listed[] = [];
  if (table !== null && table.hasTexts) add(found, table, { kind: 'hash', letter: 'x', value: hash, now });
  return found;
}

function headerOf(headers: Exchange['head']['headers'], wanted: string): string {
  for (const [name, value] of headers) if (name === wanted) return value;
  return '';
}

interface Looked {
  readonly kind: IndicatorKind;
  readonly letter: string;
  readonly value: string;
  readonly now: number;
}

function add(found: Listed[], table: ListedTable, { kind, letter, value, now }: Looked): void {
  if (value === '') return;
  for (const mark of table.findText(letter, value, now)) found.push(listed(table, mark, { kind, value }));
}

/** The host itself, and names above it that stand for everything below them (`w`). */
function addHost(found: Listed[], table: ListedTable, { host, now }: { readonly host: string; readonly now: number }): void {
  add(found, table, { kind: 'host', letter: 'h', value: host, now });
  let name = host;
  for (let label = 0; label < LABELS_MAX && name !== ''; label += 1) {
    for (const mark of table.findText('w', name, now)) found.push(listed(table, mark, { kind: 'host', value: `*.${name}` }));
    const dot = name.indexOf('.');
    name = dot < 0 ? '' : name.slice(dot + 1);
  }
}

const listed = (table: ListedTable, mark: Mark, { kind, value }: Pick<Looked, 'kind' | 'value'>): Listed => ({
  kind,
  indicator: entryId(table.lists[mark.list] ?? '', kind, value),
  action: INDICATOR_ACTIONS[mark.action] ?? 'watch',
  confidence: mark.confidence,
});
