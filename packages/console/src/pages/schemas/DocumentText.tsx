import type { Ref } from 'react';
import { formatCount } from '../../state/format.ts';
import { Button } from '../../ui/Button.tsx';
import { Callout } from '../../ui/Callout.tsx';
import { CodeArea, type CodeAreaHandle } from '../../ui/fields/CodeArea.tsx';
import { FileDrop } from '../../ui/fields/FileDrop.tsx';
import type { Brought } from './typed-import.ts';

/** As large as the server takes a document. */
const BYTES_MAX = 8_388_608;
/** More than that a field of the browser shows slowly, and nobody reads. */
const SHOWN_CHARS_MAX = 400_000;

interface DocumentTextProps {
  readonly brought: Brought;
  readonly onChange: (brought: Brought) => void;
  /** Lines with a fault. */
  readonly marked: ReadonlySet<number>;
  readonly area: Ref<CodeAreaHandle>;
}

/** The document: from a file, dropped, or pasted. */
export function DocumentText({ brought, onChange, marked, area }: DocumentTextProps) {
  const { text, name } = brought;
  return (
    <>
      <FileDrop
        label="From a file"
        hint="YAML or JSON, OpenAPI 3.0 or 3.1; choose it, or drop it here."
        accept=".yaml,.yml,.json,application/json,application/yaml"
        bytesMax={BYTES_MAX}
        onRead={(read, file) => onChange({ text: read, name: file })}
      />
      {text.length > SHOWN_CHARS_MAX ? (
        <Callout title={name}>
          <div className="flex flex-wrap items-center justify-between gap-2">
            <span>{formatCount(text.length)} characters, too many to be shown here.</span>
            <Button onClick={() => onChange({ text: '', name })}>Take it away</Button>
          </div>
        </Callout>
      ) : (
        <CodeArea
          ref={area}
          label="Document (YAML or JSON)"
          value={text}
          onChange={(next) => onChange({ text: next, name })}
          rows={14}
          marked={marked}
        />
      )}
    </>
  );
}
