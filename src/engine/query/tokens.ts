/** The words of a statement, as DuckDB's own scanner parts them. Only so much of it as is needed to find places in a text; what they mean, its parser says. */

export interface Token {
  readonly kind: 'word' | 'quoted' | 'string' | 'number' | 'parameter' | 'symbol';
  /** UTF-16 units. */
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

const SPACE = /[\s\u00a0]+/y;
const LINE_COMMENT = /--[^\n\r]*/y;
const DOLLAR_QUOTE = /\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/y;
const PARAMETER = /\$[\w\u0080-\uffff]+|\?\d*/y;
const WORD = /[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/y;
const NUMBER = /\.?\d(?:[eE][+-]?\d|[\w.])*/y;
const SYMBOL = /::|=>|[\s\S]/y;

/** Spaces and comments are left out. A quote or a comment that is never closed reaches to the end. */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  const at = (pattern: RegExp, place: number): number => {
    pattern.lastIndex = place;
    return pattern.test(text) ? pattern.lastIndex : place;
  };
  for (let start = 0; start < text.length; ) {
    const skipped = skip(text, start, at);
    if (skipped > start) {
      start = skipped;
      continue;
    }
    const [kind, end] = scan(text, start, at);
    tokens.push({ kind, start, end, text: text.slice(start, end) });
    start = end;
  }
  return tokens;
}

type At = (pattern: RegExp, place: number) => number;

function skip(text: string, start: number, at: At): number {
  if (text.startsWith('/*', start)) return afterComment(text, start);
  const spaces = at(SPACE, start);
  return spaces > start ? spaces : at(LINE_COMMENT, start);
}

/** Comments stand within one another, as in PostgreSQL. */
function afterComment(text: string, start: number): number {
  let depth = 0;
  for (let i = start; i < text.length; ) {
    if (text.startsWith('/*', i)) depth++;
    else if (text.startsWith('*/', i)) depth--;
    else {
      i++;
      continue;
    }
    i += 2;
    if (depth === 0) return i;
  }
  return text.length;
}

function scan(text: string, start: number, at: At): readonly [Token['kind'], number] {
  const first = text.charAt(start);
  if (first === "'") return ['string', afterQuote(text, start, "'", false)];
  if (first === '"') return ['quoted', afterQuote(text, start, '"', false)];
  if (/[eE]/.test(first) && text.charAt(start + 1) === "'") return ['string', afterQuote(text, start + 1, "'", true)];
  if (/[xXbB]/.test(first) && text.charAt(start + 1) === "'") return ['string', afterQuote(text, start + 1, "'", false)];
  const dollar = at(DOLLAR_QUOTE, start);
  if (dollar > start) {
    const close = text.indexOf(text.slice(start, dollar), dollar);
    return ['string', close < 0 ? text.length : close + dollar - start];
  }
  const found = ([['parameter', PARAMETER], ['word', WORD], ['number', NUMBER]] as const).find(([, pattern]) => at(pattern, start) > start);
  return found === undefined ? ['symbol', at(SYMBOL, start)] : [found[0], at(found[1], start)];
}

/** A quote within is doubled, or, in E'…', stands behind a backslash too. */
function afterQuote(text: string, start: number, quote: string, backslash: boolean): number {
  for (let i = start + 1; i < text.length; i++) {
    if (backslash && text.charAt(i) === '\\') i++;
    else if (text.charAt(i) === quote) {
      if (text.charAt(i + 1) !== quote) return i + 1;
      i++;
    }
  }
  return text.length;
}

/** The value of a quoted name or of a plain string: without its quotes, doubled ones single. */
export function unquoted({ text }: Token): string {
  const quote = text.charAt(0);
  return quote === '"' || quote === "'" ? text.slice(1, -1).replaceAll(quote + quote, quote) : text;
}

export function isWord(token: Token | undefined, ...words: readonly string[]): boolean {
  return token?.kind === 'word' && words.includes(token.text.toLowerCase());
}

export function isSymbol(token: Token | undefined, symbol: string): boolean {
  return token?.kind === 'symbol' && token.text === symbol;
}

/** Index of the bracket that closes the one at `open`; null where there is none. */
export function closing(tokens: readonly Token[], open: number): number | null {
  let depth = 0;
  for (let i = open; i < tokens.length; i++) {
    if (isSymbol(tokens[i], '(')) depth++;
    else if (isSymbol(tokens[i], ')') && --depth === 0) return i;
  }
  return null;
}

/** Words that may follow a table and are no alias of it. */
const afterTables: ReadonlySet<string> = new Set([
  ...['where', 'join', 'left', 'right', 'full', 'inner', 'outer', 'cross', 'natural', 'asof', 'positional', 'semi', 'anti', 'on', 'using', 'group', 'order', 'having', 'limit', 'offset', 'union'],
  ...['except', 'intersect', 'qualify', 'window', 'tablesample', 'select', 'pivot', 'unpivot', 'at', 'for', 'fetch', 'as', 'lateral', 'with', 'into', 'returning'],
]);

/** Where an alias that begins at `at`, with its list of columns, ends (the index behind it); `at` itself where none begins there. */
export function afterAlias(tokens: readonly Token[], at: number): number {
  const token = tokens[at];
  const name = isWord(token, 'as') ? at + 1 : at;
  const named = tokens[name];
  const isName = named?.kind === 'quoted' || (named?.kind === 'word' && (name > at || !afterTables.has(named.text.toLowerCase())));
  if (!isName) return at;
  if (!isSymbol(tokens[name + 1], '(')) return name + 1;
  return (closing(tokens, name + 1) ?? name) + 1;
}
