/** The page that is shown when the engine ended too often. Plain HTML without script or style: it works when nothing else does. */
export function stoppedPage({ log, words }: { readonly log: string | null; readonly words: string }): string {
  const where = log === null ? '' : `<p>The log is in <code>${escaped(log)}</code>.</p>`;
  const why = words === '' ? '' : `<p>What was said last:</p><pre>${escaped(words)}</pre>`;
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>HMS-DTA stopped</title><main><h1>HMS-DTA stopped</h1>
<p>The part of the program that does the work ended three times in five minutes and is not started again.</p>
<p>What was committed is in the lake; drafts are kept.</p>
<p>Close this window and start HMS-DTA again. If it stays so, hand on the log.</p>${where}${why}</main></html>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
