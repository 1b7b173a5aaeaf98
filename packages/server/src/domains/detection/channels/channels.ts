import type {
  AlertDetail,
  ChannelChange,
  ChannelInput,
  ChannelTest,
  ChannelView,
  DeadLetterView,
  Page,
} from '@holdfast/contract';
import type { Actor } from '../../applications/index.ts';

/** Where alerts are told. Answers are those of the API; no secret ever stands in one. */
export interface Channels extends AsyncDisposable {
  /** Queued durably for every channel that it fits, then sent; nobody waits for it. */
  tell(alert: AlertDetail): void;
  list(): Promise<readonly ChannelView[]>;
  show(id: string): Promise<ChannelView>;
  add(input: ChannelInput, actor: Actor): Promise<ChannelView>;
  change(id: string, to: ChannelChange, actor: Actor): Promise<ChannelView>;
  remove(id: string, actor: Actor): Promise<void>;
  /** Sends a test message now, past quiet hours. */
  test(id: string): Promise<ChannelTest>;
  deadLetters(id: string, query: { readonly cursor?: string | undefined; readonly limit: number }): Promise<Page<DeadLetterView>>;
  resend(id: string, letter: string, actor: Actor): Promise<void>;
  drop(id: string, letter: string, actor: Actor): Promise<void>;
  /** Sends what waits. */
  start(): Promise<void>;
}
