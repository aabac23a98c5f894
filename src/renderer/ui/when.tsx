import { useFormats } from '../format/index.ts';

/** An instant in the office's zone; UTC to the millisecond on hover. */
export function When({ at, form = 'instant' }: { readonly at: string; readonly form?: 'instant' | 'short' | 'full' | 'date' }): React.ReactNode {
  const formats = useFormats();
  return (
    <time dateTime={at} title={formats.utc(at)}>
      {formats[form](at)}
    </time>
  );
}
