import {
  controlEvents,
  type AllowInput,
  type AllowView,
  type BanInput,
  type BanView,
  type Page,
  type PageQuery,
} from '@holdfast/contract';
import { Refusal } from '../../../platform/refusal.ts';
import { actorName, type Actor } from '../../applications/index.ts';
import { ALLOWS_MAX, BANS_MAX, coveringPrefixes, decideBan } from './ban-rules.ts';
import * as store from './ban-store.ts';
import { change, numberCursor, tablesOf, type Change, type ProtectionParts } from '../change.ts';
import { formatPrefix, parsePrefix } from '../../../platform/prefix.ts';

/** Expired bans that one sweep ends; the rest waits for the next second. The gateway looks at the time itself, so none bites longer. */
const EXPIRED_PER_SWEEP = 500;
const CONFIGURATION: Actor = { kind: 'system', ref: 'configuration' };

export interface ListQuery extends PageQuery {
  /** Only bans that hit this address. */
  readonly address?: string | undefined;
  /** Only those whose prefix or reason has this part. */
  readonly q?: string | undefined;
}

const malformed = (): Refusal =>
  new Refusal('input-invalid', { errors: [{ pointer: '/prefix', detail: 'not an address or prefix' }] });

function normalise(text: string): string {
  const prefix = parsePrefix(text);
  if (prefix === null) throw malformed();
  return formatPrefix(prefix);
}

const withoutSeq = <View extends object>({ seq: _seq, ...view }: View & { readonly seq: number }): Omit<View, 'seq'> => view;

export async function addBan(parts: ProtectionParts, input: BanInput, actor: Actor): Promise<BanView> {
  return change(parts, async ({ tx, now, events }) => {
    const decision = decideBan(input.prefix, await store.readAllowPrefixes(tx));
    if (decision.kind === 'malformed') throw malformed();
    if (decision.kind === 'unsafe') throw new Refusal('ban-unsafe', { errors: [{ pointer: '/prefix', detail: decision.why }] });
    if ((await store.countBans(tx)) >= BANS_MAX) {
      throw new Refusal('conflict', { errors: [{ pointer: '', detail: `at most ${BANS_MAX} bans; use wider prefixes` }] });
    }
    const expiresAt = input.forSeconds === null ? null : now + input.forSeconds * 1000;
    const ban = { prefix: decision.text, reason: input.reason, createdAt: now, createdBy: actorName(actor), expiresAt };
    await store.upsertBans(tx, [ban]);
    const payload = { prefix: ban.prefix, expiresAt };
    // The address is personal: it stands in the payload under its subject's key, not in `target`, which is clear text.
    events.push(parts.bus.newEvent(controlEvents.banAdded, { actor, reason: input.reason, subject: ban.prefix, payload }));
    return ban;
  });
}

function noteBanRemoved(
  { parts, events }: { readonly parts: ProtectionParts; readonly events: Change['events'] },
  prefix: string,
  by: { readonly actor: Actor; readonly cause: 'operator' | 'expired' },
): void {
  const payload = { prefix, cause: by.cause };
  events.push(parts.bus.newEvent(controlEvents.banRemoved, { actor: by.actor, subject: prefix, payload }));
}

export async function removeBan(parts: ProtectionParts, text: string, actor: Actor): Promise<void> {
  const prefix = normalise(text);
  await change(parts, async ({ tx, events }) => {
    if (!(await store.deleteBan(tx, prefix))) throw new Refusal('not-found');
    noteBanRemoved({ parts, events }, prefix, { actor, cause: 'operator' });
  });
}

/** Newest first. With an address: every ban in force that hits it, on one page. */
export async function listBans(parts: ProtectionParts, { cursor, limit, address, q }: ListQuery): Promise<Page<BanView>> {
  const db = tablesOf(parts.db);
  if (address !== undefined) {
    const active = await store.readActiveBans(db, parts.clock.now());
    const hits = coveringPrefixes(
      address,
      active.map((ban) => ban.prefix),
    );
    return { items: await store.readBans(db, hits.slice(0, limit)), next: null };
  }
  const rows = await store.readBanPage(db, { before: numberCursor(cursor), limit: limit + 1, part: q?.toLowerCase() });
  const items = rows.slice(0, limit);
  return { items: items.map(withoutSeq), next: rows.length > limit ? String(items.at(-1)?.seq) : null };
}

export async function endExpiredBans(parts: ProtectionParts): Promise<number> {
  return change(parts, async ({ tx, now, events }) => {
    const expired = await store.takeExpiredBans(tx, now, EXPIRED_PER_SWEEP);
    const by = { actor: { kind: 'system' as const, ref: 'clock' }, cause: 'expired' as const };
    for (const prefix of expired) noteBanRemoved({ parts, events }, prefix, by);
    return expired.length;
  });
}

export async function addAllow(parts: ProtectionParts, input: AllowInput, actor: Actor): Promise<AllowView> {
  const prefix = normalise(input.prefix);
  return change(parts, async ({ tx, now, events }) => {
    if ((await store.readAllowPrefixes(tx)).length >= ALLOWS_MAX) {
      throw new Refusal('conflict', { errors: [{ pointer: '', detail: `at most ${ALLOWS_MAX} allow-list entries` }] });
    }
    const allow = { prefix, reason: input.reason, origin: 'operator' as const, createdAt: now, createdBy: actorName(actor) };
    if (!(await store.insertAllow(tx, allow))) {
      throw new Refusal('conflict', { errors: [{ pointer: '/prefix', detail: 'is on the allow-list already' }] });
    }
    noteAllow({ parts, events }, prefix, { actor, change: 'added', reason: input.reason });
    return allow;
  });
}

function noteAllow(
  { parts, events }: { readonly parts: ProtectionParts; readonly events: Change['events'] },
  prefix: string,
  by: { readonly actor: Actor; readonly change: 'added' | 'removed'; readonly reason?: string },
): void {
  const payload = { prefix, change: by.change };
  const fields = { actor: by.actor, reason: by.reason ?? null, subject: prefix, payload };
  events.push(parts.bus.newEvent(controlEvents.allowChanged, fields));
}

export async function removeAllow(parts: ProtectionParts, text: string, actor: Actor): Promise<void> {
  const prefix = normalise(text);
  await change(parts, async ({ tx, events }) => {
    if ((await store.readDeclaredAllows(tx)).includes(prefix)) {
      const detail = 'declared in the configuration; remove it there';
      throw new Refusal('conflict', { errors: [{ pointer: '/prefix', detail }] });
    }
    if (!(await store.deleteAllow(tx, prefix))) throw new Refusal('not-found');
    noteAllow({ parts, events }, prefix, { actor, change: 'removed' });
  });
}

export type AllowQuery = PageQuery & { readonly q?: string | undefined };

export async function listAllows(parts: ProtectionParts, { cursor, limit, q }: AllowQuery): Promise<Page<AllowView>> {
  const range = { before: numberCursor(cursor), limit: limit + 1, part: q?.toLowerCase() };
  const rows = await store.readAllowPage(tablesOf(parts.db), range);
  const items = rows.slice(0, limit);
  return { items: items.map(withoutSeq), next: rows.length > limit ? String(items.at(-1)?.seq) : null };
}

/** The allow-list of the configuration: what is declared is there, what is no longer declared is not. */
export async function declareAllows(parts: ProtectionParts, texts: readonly string[]): Promise<void> {
  const wanted = new Set(texts.map(normalise));
  await change(parts, async ({ tx, now, events }) => {
    const reason = 'declared in the configuration';
    for (const prefix of await store.readDeclaredAllows(tx)) {
      if (wanted.delete(prefix)) continue;
      await store.deleteAllow(tx, prefix);
      noteAllow({ parts, events }, prefix, { actor: CONFIGURATION, change: 'removed' });
    }
    for (const prefix of wanted) {
      const allow = { prefix, reason, origin: 'config' as const, createdAt: now, createdBy: actorName(CONFIGURATION) };
      if (await store.insertAllow(tx, allow))
        noteAllow({ parts, events }, prefix, { actor: CONFIGURATION, change: 'added', reason });
    }
  });
}
