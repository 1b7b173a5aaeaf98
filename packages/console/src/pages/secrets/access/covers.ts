import type { SecretGrantView, SecretRef } from '@holdfast/contract';

/** Whether a grant is for this secret: `*` stands for any characters, as in the policy that it is compiled to. */
export function covers({ application, environment, name }: SecretGrantView, ref: SecretRef): boolean {
  if (application !== ref.application) return false;
  return (environment === '*' || environment === ref.environment) && fits(name, ref.name);
}

function fits(pattern: string, name: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop();
  if (last === undefined) return first === name;
  if (!name.startsWith(first)) return false;
  let at = first.length;
  for (const part of rest) {
    const found = name.indexOf(part, at);
    if (found === -1) return false;
    at = found + part.length;
  }
  return name.length - last.length >= at && name.endsWith(last);
}
