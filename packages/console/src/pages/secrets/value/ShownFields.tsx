import type { SecretData } from '@holdfast/contract';
import { useState } from 'react';
import { formatCountOf } from '../../../state/format.ts';
import { Button } from '../../../ui/Button.tsx';
import { CopyButton } from '../../../ui/copy/CopyButton.tsx';
import { textOf } from '../words.ts';

interface ShownFieldsProps {
  readonly data: SecretData;
  readonly secondsLeft: number;
}

/** Each field can be taken along without being seen. */
export function ShownFields({ data, secondsLeft }: ShownFieldsProps) {
  return (
    <>
      <dl className="grid gap-3">
        {Object.entries(data).map(([name, value]) => (
          <ShownField key={name} name={name} text={textOf(value)} />
        ))}
      </dl>
      <p className="mt-3 text-[0.8125rem] text-soft">
        Hidden again in {formatCountOf(secondsLeft, 'second')}, and when you look at another tab.
      </p>
    </>
  );
}

function ShownField({ name, text }: { readonly name: string; readonly text: string }) {
  const [isSeen, see] = useState(false);
  return (
    <div>
      <dt className="flex flex-wrap items-center justify-between gap-2">
        <code className="min-w-0 [overflow-wrap:anywhere]">{name}</code>
        <span className="flex items-center gap-1">
          <Button
            look="quiet"
            className="!min-h-8"
            aria-label={`${isSeen ? 'Mask' : 'Show'} ${name}`}
            onClick={() => see(!isSeen)}
          >
            {isSeen ? 'Mask' : 'Show'}
          </Button>
          <CopyButton text={text} label={`Copy ${name}`} isSecret />
        </span>
      </dt>
      <dd className="rounded-md border border-line bg-raised px-3 py-2">
        {isSeen ? (
          <pre className="max-h-64 overflow-y-auto whitespace-pre-wrap [overflow-wrap:anywhere]">{text}</pre>
        ) : (
          <>
            <span aria-hidden="true">••••••••••••</span>
            <span className="sr-only">masked</span>
          </>
        )}
      </dd>
    </div>
  );
}
