import type { ChannelTarget } from '@holdfast/contract';
import type { FullLetter } from '../../../../platform/mail/letter.ts';
import { createChat } from './chat.ts';
import { createFile } from './file.ts';
import type { Kind } from './kind.ts';
import { createMail } from './mail.ts';
import { createOtlp } from './otlp.ts';
import { createSyslog } from './syslog.ts';
import { createWebhook } from './webhook.ts';

export interface KindParts {
  readonly dataDir: string;
  readonly version: string;
  readonly deliver: (letter: FullLetter) => Promise<void>;
}

export function createKind(target: ChannelTarget, parts: KindParts): Kind {
  switch (target.kind) {
    case 'mail':
      return createMail(target, parts);
    case 'webhook':
      return createWebhook(target, parts.version);
    case 'chat':
      return createChat(target);
    case 'syslog':
      return createSyslog(target);
    case 'otlp':
      return createOtlp(target, parts.version);
    case 'file':
      return createFile(target, parts);
    default:
      return target satisfies never;
  }
}
