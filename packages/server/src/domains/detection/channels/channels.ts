import type {
  AlertDetail,
  AlertView,
  ChannelChange,
  ChannelInput,
  ChannelTest,
  ChannelView,
  DeadLetterView,
  Page,
  WatchHealth,
} from '@holdfast/contract';
import type { Transaction } from '../../../platform/db/database.ts';
import type { Actor } from '../../applications/index.ts';
import type { TextMessage } from './text-message.ts';

/** Where alerts are told. Answers are those of the API; no secret ever stands in one. */
export interface Channels extends AsyncDisposable {
  /** Queued durably for every channel that it fits, then sent; nobody waits for it. */
  tell(alert: AlertDetail): void;
  /** The same within a change: once that is durable, so is what is to be told. */
  tellIn(tx: Transaction, alert: AlertDetail): Promise<void>;
  /** Words for people, durable when it resolves. How many channels have them; a channel that is named and is not there is refused. */
  tellText(text: TextMessage): Promise<number>;
  /** The same within a change. */
  tellTextIn(tx: Transaction, text: TextMessage): Promise<number>;
  /**
   * Of alerts that began lately, those that were to be told somewhere and were not taken: the process was killed in between. What
   * began before a channel asked for it is none of them.
   */
  untold(alerts: readonly AlertView[]): Promise<readonly string[]>;
  list(): Promise<readonly ChannelView[]>;
  show(id: string): Promise<ChannelView>;
  add(input: ChannelInput, actor: Actor): Promise<ChannelView>;
  change(id: string, to: ChannelChange, actor: Actor): Promise<ChannelView>;
  remove(id: string, actor: Actor): Promise<void>;
  /** Sends a test message now, past quiet hours. */
  test(id: string): Promise<ChannelTest>;
  deadLetters(id: string, query: { readonly cursor?: string | undefined; readonly limit: number }): Promise<Page<DeadLetterView>>;
  resend(id: string, letter: string, actor: Actor): Promise<void>;
  drop(id: string, letter: string, by: { readonly actor: Actor; readonly reason: string }): Promise<void>;
  /** For the health of the watch. */
  figures(): Promise<WatchHealth['channels']>;
  /** Sends what waits. */
  start(): Promise<void>;
  /** Forgets what is too old, and counts. */
  tick(): Promise<void>;
  /** Waits until what was taken is stored and nothing is due; for tests and for shutdown. */
  settle(): Promise<void>;
}
