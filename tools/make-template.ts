/** Makes the template of the embedded database beside the installed packages, unless it is there. */
import { ensureTemplate } from '../packages/server/src/platform/db/template.ts';

const [fallback] = process.argv.slice(2);
await ensureTemplate(fallback ?? '.holdfast');
