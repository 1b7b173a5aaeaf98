import { scannerSettingsSchema } from '@holdfast/contract';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { UploadPlace } from '../../packages/server/src/gateway/handle-request.ts';

/** Where a gateway of a test holds uploads; the folder stays empty, because what lies in it has no name. */
export function uploadPlace(scanners: object = {}): UploadPlace {
  return { scanners: scannerSettingsSchema.parse(scanners), folder: mkdtempSync(join(tmpdir(), 'holdfast-uploads-')) };
}
