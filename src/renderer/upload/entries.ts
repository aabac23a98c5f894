/** Entries of a drop. They must be taken in the event's own handler: afterwards the list is empty. */
export function entriesOf(transfer: DataTransfer): readonly FileSystemEntry[] {
  return [...transfer.items].filter(({ kind }) => kind === 'file').flatMap((item) => item.webkitGetAsEntry() ?? []);
}
