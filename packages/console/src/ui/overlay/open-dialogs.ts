import { createStore } from '../../state/store.ts';

/** The dialogs that are open, the one on top last: what lies below it can be neither seen nor reached. */
export const openDialogs = createStore<readonly HTMLDialogElement[]>([]);

/** Opens a dialog and says so; the function it gives closes it. */
export function showDialog(dialog: HTMLDialogElement): () => void {
  if (!dialog.open) dialog.showModal();
  openDialogs.set([...openDialogs.get(), dialog]);
  return () => {
    openDialogs.set(openDialogs.get().filter((each) => each !== dialog));
    dialog.close();
  };
}
