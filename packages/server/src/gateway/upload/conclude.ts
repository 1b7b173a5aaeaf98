import type { FilePolicy } from '@holdfast/inspect';
import { contentType } from '../body/file-type.ts';
import type { Exchange, Refused, StepResult } from '../exchange.ts';
import { multipartBoundary } from '@holdfast/inspect';
import { changePictures } from './images/change-pictures.ts';
import type { ChangedPicture, Changing, PictureChange } from './images/change-pictures.ts';
import type { Reencoder } from './images/reencoder.ts';
import { keepFile } from './keep-file.ts';
import type { KeepParts } from './keep-file.ts';
import { passOn } from './pass-on.ts';
import { answer, answerLater, refuse } from './refuse.ts';
import type { RouteUploads } from './route-settings.ts';
import type { Scanners } from './scan/scanners.ts';
import type { TakenBody } from './take/taken-body.ts';
import { tellUpload } from './tell-upload.ts';
import { isInfected, isUnscanned, weigh } from './verdict.ts';
import type { SeenFile } from './verdict.ts';

export interface Concluding {
  readonly taken: TakenBody;
  readonly enforced: boolean;
  readonly settings: RouteUploads;
  readonly policy: FilePolicy;
  readonly tools: { readonly parts: KeepParts; readonly scanners: Scanners; readonly reencoder: Reencoder };
}

type Cause = 'infected' | 'unscanned' | 'policy';

/** What becomes of files that are judged and scanned: the worst that is true of one of them is true of the request. */
export async function conclude(exchange: Exchange, files: readonly SeenFile[], given: Concluding): Promise<StepResult> {
  const { enforced, settings, tools } = given;
  const keep = async (seen: SeenFile, cause: Cause): Promise<string | null> =>
    keepFile(exchange, seen, { cause, ...tools.parts });
  const infected = files.filter(isInfected);
  if (infected.length > 0) {
    for (const seen of infected) tellUpload(exchange, seen, { kind: 'infected', upload: await keep(seen, 'infected') });
    return answer(
      'upload-quarantined',
      infected.map((seen) => ({ seen, reason: 'malware' })),
    );
  }
  const unscanned = files.filter(isUnscanned);
  if (unscanned.length > 0) {
    for (const seen of unscanned)
      tellUpload(exchange, seen, { kind: 'held', cause: 'unscanned', upload: await keep(seen, 'unscanned') });
    return answerLater(unscanned.map((seen) => ({ seen, reason: 'unscanned' })));
  }
  const held = enforced ? files.filter((seen) => !seen.isReleased && weigh(seen.findings, settings) === 'hold') : [];
  if (held.length > 0) {
    for (const seen of held) tellUpload(exchange, seen, { kind: 'held', cause: 'policy', upload: await keep(seen, 'policy') });
    return answer(
      'upload-quarantined',
      held.map((seen) => ({ seen, reason: seen.findings[0]?.code ?? 'policy' })),
    );
  }
  return passFit(exchange, files, given);
}

/** Nothing is wrong with any of them; where pictures are to be changed, that has to succeed first. */
async function passFit(exchange: Exchange, files: readonly SeenFile[], given: Concluding): Promise<StepResult> {
  const { enforced, settings, taken, tools } = given;
  // Where files are only recorded, nothing of a request is changed either.
  const changes = enforced ? await changePictures(files, changingOf(exchange, given)) : [];
  const pictures = changes.filter((change) => change.kind === 'changed');
  const stopped = await stop(exchange, files, { changes, parts: tools.parts });
  if (stopped !== null) {
    for (const picture of pictures) picture.close();
    return stopped;
  }
  for (const seen of files) tellUpload(exchange, seen, { kind: 'passed', delivered: deliveredOf(seen, pictures) });
  if (!enforced) noteRecorded(exchange, files, settings);
  return await passOn(exchange, taken, { files, pictures, mayChange: enforced });
}

const deliveredOf = (seen: SeenFile, pictures: readonly ChangedPicture[]): ChangedPicture['delivered'] | null =>
  pictures.find((picture) => picture.seen === seen)?.delivered ?? null;

function changingOf(exchange: Exchange, { taken, settings, policy, tools }: Concluding): Changing {
  const found = taken.frame === null ? null : multipartBoundary(contentType(exchange));
  const delimiter = found?.kind === 'boundary' ? `--${found.boundary}` : null;
  return { taken, settings, policy, delimiter, scanners: tools.scanners, reencoder: tools.reencoder };
}

interface Stopping {
  readonly changes: readonly PictureChange[];
  readonly parts: KeepParts;
}

/** A picture that cannot be changed as its route asks does not pass unchanged. */
async function stop(exchange: Exchange, files: readonly SeenFile[], { changes, parts }: Stopping): Promise<Refused | null> {
  const refused = changes.filter((change) => change.kind === 'refused');
  const held = changes.filter((change) => change.kind === 'held');
  for (const { seen, detail } of [...refused, ...held]) seen.findings.unshift({ code: 'unchanged', place: 'file', detail });
  if (refused.length > 0)
    return refuse(
      exchange,
      files,
      refused.map(({ seen }) => ({ seen, reason: 'unchanged' })),
    );
  if (held.length === 0) return null;
  for (const { seen } of held) {
    const upload = await keepFile(exchange, seen, { cause: 'policy', ...parts });
    tellUpload(exchange, seen, { kind: 'held', cause: 'policy', upload });
  }
  return answerLater(held.map(({ seen }) => ({ seen, reason: 'unchanged' })));
}

/** What would not have passed, were the mode another; an attack that was recorded says more. */
function noteRecorded({ record }: Exchange, files: readonly SeenFile[], settings: RouteUploads): void {
  const weighed = files.filter(({ isReleased }) => !isReleased).map(({ findings }) => weigh(findings, settings));
  const stopping = weighed.find((one) => one !== 'pass');
  if (stopping === undefined || record.outcome !== 'allowed') return;
  record.outcome = 'recorded';
  record.reason = `upload-${stopping === 'hold' ? 'policy' : stopping.code}`;
}
