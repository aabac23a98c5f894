import './empty.css';

/** What this is, in one line, and the first act. */
export function Empty({ title, children, action, tight = false, level = 2 }: { readonly title: string; readonly children?: React.ReactNode; readonly action?: React.ReactNode; readonly tight?: boolean; readonly level?: 2 | 3 }): React.ReactNode {
  const Head = level === 2 ? 'h2' : 'h3';
  return (
    <div className={tight ? 'empty empty-tight' : 'empty'}>
      <Head>{title}</Head>
      {children === undefined ? null : <div className="two">{children}</div>}
      {action}
    </div>
  );
}

/** The shape of what comes, after 200 ms, with what is being read. */
export function Loading({ what }: { readonly what: string }): React.ReactNode {
  return (
    <div className="loading loading-soon" role="status">
      <i />
      <i />
      <i />
      <i />
      <p className="meta">{what}</p>
    </div>
  );
}
