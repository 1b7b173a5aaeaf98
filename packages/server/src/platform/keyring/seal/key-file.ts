import { readRootKey } from '../root-key.ts';
import { takesNothing, type RootKeyProvider } from './provider.ts';

/** As at the first start. What is missing is for the keyring to judge: it alone knows whether there was one. */
export function keyFileProvider(file: string): RootKeyProvider {
  return {
    kind: 'file',
    place: file,
    rootKey: null,
    wants: null,
    fetch: () => readRootKey(file),
    open: takesNothing,
  };
}
