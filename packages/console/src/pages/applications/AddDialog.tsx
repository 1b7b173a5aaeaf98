import type { ApplicationInput } from '@holdfast/contract';
import { useState, type SubmitEvent } from 'react';
import { faultOf } from '../../api/words.ts';
import { Button } from '../../ui/Button.tsx';
import { CopyAsCli } from '../../ui/copy/CopyAsCli.tsx';
import { TextField } from '../../ui/fields/TextField.tsx';
import { Dialog } from '../../ui/overlay/Dialog.tsx';

interface AddDialogProps {
  readonly error: unknown;
  readonly isBusy: boolean;
  readonly onAdd: (input: ApplicationInput) => void;
  readonly onClose: () => void;
}

const ID_CHARS_MAX = 63;
/** `My Shop` becomes `my-shop`. */
const idOf = (name: string): string =>
  name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/gu, '-')
    .replaceAll(/^-|-$/gu, '')
    .slice(0, ID_CHARS_MAX);

export function AddDialog({ error, isBusy, onAdd, onClose }: AddDialogProps) {
  const [name, setName] = useState('');
  const [upstream, setUpstream] = useState('');
  const [host, setHost] = useState('');
  const id = idOf(name);
  const hosts = host.trim() === '' ? [] : [host.trim().toLowerCase()];
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    onAdd({ id, name, upstream, hosts });
  };
  const command = ['app', 'add', id, '--to', upstream, ...hosts.flatMap((each) => ['--host', each])];
  return (
    <Dialog title="Add an application" onClose={onClose}>
      <form onSubmit={submit} className="flex flex-col gap-4">
        <TextField
          label="Name"
          hint={id === '' ? 'As people call it.' : `Its id is ${id}.`}
          value={name}
          onChange={setName}
          fault={faultOf(error, '/name') ?? faultOf(error, '/id')}
          maxLength={100}
          required
        />
        <TextField
          label="Where it listens"
          hint="The gateway passes requests on to this address."
          placeholder="http://127.0.0.1:3000"
          value={upstream}
          onChange={setUpstream}
          fault={faultOf(error, '/upstream')}
          required
        />
        <TextField
          label="Host name"
          hint="Leave it empty if this is the only application."
          placeholder="shop.example.org"
          value={host}
          onChange={setHost}
          fault={faultOf(error, '/hosts/0')}
        />
        <div className="flex flex-wrap items-center justify-end gap-2">
          <CopyAsCli words={command} />
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="main" isBusy={isBusy}>
            Add it
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
