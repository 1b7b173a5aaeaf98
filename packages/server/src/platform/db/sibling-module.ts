/**
 * The address of a program that lies beside a module: `.ts` when run from source, `.js` when run from what was published
 * (the compiler rewrites import endings, but not strings).
 */
export function siblingModule(from: string, name: string): URL {
  return new URL(`./${name}${from.endsWith('.ts') ? '.ts' : '.js'}`, from);
}
