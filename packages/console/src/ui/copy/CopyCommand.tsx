import { CopyButton } from './CopyButton.tsx';

/** A line for the terminal, ready to be taken along. */
export function CopyCommand({ command }: { readonly command: string }) {
  return (
    <div className="mt-2 flex max-w-full items-center gap-1 rounded-md border border-line bg-raised py-1 ps-3 pe-1">
      <code className="min-w-0 text-start break-words [overflow-wrap:anywhere]">{command}</code>
      <CopyButton text={command} label="Copy the command" />
    </div>
  );
}
