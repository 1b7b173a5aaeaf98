import type { Answer, Ask, UploadKeepAsk } from '@holdfast/contract';
import { writeSealedFile } from '../../platform/sealed-file.ts';
import type { Exchange } from '../exchange.ts';
import type { GatewayLog } from '../log.ts';
import { chunksOf } from './content.ts';
import { factsOf } from './tell-upload.ts';
import type { SeenFile } from './verdict.ts';

const PATH_MAX = 512;

export interface KeepParts {
  readonly ask: (ask: Ask) => Promise<Answer>;
  readonly log: GatewayLog;
}

/**
 * Puts a file into quarantine: the control plane gives a place and a key, the octets are written here and never cross over. Null =
 * it is not kept (anew); that changes nothing for the one who sent it.
 */
export async function keepFile(
  exchange: Exchange,
  seen: SeenFile,
  { cause, ask, log }: KeepParts & { readonly cause: UploadKeepAsk['cause'] },
): Promise<string | null> {
  const { application, head, clientAddress, session } = exchange;
  if (application === null) return null;
  const answer = await ask({
    kind: 'upload-keep',
    application: application.id,
    requestId: exchange.id,
    method: head.method,
    path: head.path.slice(0, PATH_MAX),
    address: clientAddress,
    person: session?.person ?? null,
    cause,
    file: factsOf(seen),
    at: exchange.startedAtMs,
  });
  if (answer.kind !== 'upload-keep' || answer.keep === null) return null;
  const { id, path, key } = answer.keep;
  let stored = true;
  try {
    await writeSealedFile({ id, path, key: Buffer.from(key, 'base64') }, chunksOf(seen.file.content));
  } catch (error) {
    stored = false;
    log.error({ cause: error, upload: id }, 'an upload could not be kept');
  }
  await ask({ kind: 'upload-stored', id, stored });
  return stored ? id : null;
}
