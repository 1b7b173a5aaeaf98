import type { ChannelKind } from '@holdfast/contract';
import { faultOf } from '../../api/words.ts';
import { TextArea } from '../../ui/fields/TextArea.tsx';
import { TextField } from '../../ui/fields/TextField.tsx';
import type { TypedTarget } from './typed-target.ts';

interface TargetFieldsProps {
  readonly kind: ChannelKind;
  readonly typed: TypedTarget;
  readonly onType: (typed: TypedTarget) => void;
  readonly error: unknown;
}

/** The fields of one kind of channel. */
export function TargetFields({ kind, typed, onType, error }: TargetFieldsProps) {
  const put = (name: keyof TypedTarget) => (value: string) => onType({ ...typed, [name]: value });
  const fault = (name: string): string | null => faultOf(error, `/target/${name}`);
  if (kind === 'mail')
    return (
      <TextField label="To" hint="Several with commas." value={typed.to} onChange={put('to')} required fault={fault('to')} />
    );
  if (kind === 'file')
    return (
      <TextField
        label="File"
        hint="Below alerts/ in the data directory."
        value={typed.file}
        onChange={put('file')}
        required
        fault={fault('file')}
      />
    );
  if (kind === 'syslog')
    return (
      <>
        <TextField label="Host" value={typed.host} onChange={put('host')} required fault={fault('host')} />
        <TextField label="Port" inputMode="numeric" value={typed.port} onChange={put('port')} required fault={fault('port')} />
        <TextArea
          label="Authority (PEM)"
          hint="Empty = those of the system."
          value={typed.secret}
          onChange={put('secret')}
          fault={fault('ca')}
        />
      </>
    );
  return (
    <>
      <TextField
        label="Address"
        type="url"
        value={typed.url}
        onChange={put('url')}
        required
        maxLength={1024}
        fault={fault('url')}
      />
      {kind === 'webhook' && (
        <TextField
          label="Secret"
          hint="At least 24 characters; signs each message."
          type="password"
          autoComplete="off"
          value={typed.secret}
          onChange={put('secret')}
          required
          fault={fault('secret')}
        />
      )}
      {kind === 'otlp' && (
        <TextField
          label="Authorization header"
          hint="Empty = none."
          type="password"
          autoComplete="off"
          value={typed.secret}
          onChange={put('secret')}
          fault={fault('authorization')}
        />
      )}
    </>
  );
}
