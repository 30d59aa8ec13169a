/**
 * Queries in PromQL and LogQL with the placeholders `{{namespace}}`, `{{workload}}` and `{{pod}}`.
 *
 * A placeholder may stand only inside a double-quoted literal, and only the name of a Kubernetes object is ever put there: such a name has no
 * quote, backslash or line break, so that no name can change what a query asks. In a regular expression (`=~`, `!~`, `|~`) its dots
 * are escaped. A query whose placeholders cannot be filled is not asked. Whether the query is valid beyond that, its source says.
 */

export interface QueryTarget {
  readonly namespace?: string | undefined;
  readonly workload?: string | undefined;
  readonly pod?: string | undefined;
}

const PLACEHOLDERS = ['namespace', 'workload', 'pod'] as const satisfies readonly (keyof QueryTarget)[];
type Placeholder = (typeof PLACEHOLDERS)[number];

const ANY_PLACEHOLDER = /\{\{([^{}]{0,100})\}\}/gu;
const OBJECT_NAME = /^[a-z0-9](?:[-.a-z0-9]{0,251}[a-z0-9])?$/u;
const CLOSING: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

interface Literal {
  readonly quote: string;
  readonly start: number;
  readonly end: number;
  /** Of a regular expression. */
  readonly isPattern: boolean;
}

/** What is wrong with a template; undefined when nothing is. */
export function wrongQuery(template: string): string | undefined {
  const scanned = scan(template);
  for (const { 0: text, 1: name = '', index } of template.matchAll(ANY_PLACEHOLDER)) {
    if (!isPlaceholder(name)) return `${text} is not a placeholder; there are ${PLACEHOLDERS.map((one) => `{{${one}}}`).join(', ')}`;
    const literal = scanned.literals.find(({ start, end }) => start < index && index < end);
    if (literal?.quote !== '"') return `${text} stands outside of double quotes; write it as in ${name}="${text}"`;
  }
  return scanned.wrong;
}

/** The query for a target; undefined when the target lacks what the template asks for, or has a name that no object can have. */
export function fillQuery(template: string, target: QueryTarget): string | undefined {
  const { literals } = scan(template);
  let unfilled = false;
  const query = template.replace(ANY_PLACEHOLDER, (text, name: string, index: number) => {
    const value = isPlaceholder(name) ? target[name] : undefined;
    if (value === undefined || !OBJECT_NAME.test(value)) {
      unfilled = true;
      return text;
    }
    const literal = literals.find(({ start, end }) => start < index && index < end);
    return literal?.isPattern === true ? value.replaceAll('.', '\\\\.') : value;
  });
  return unfilled ? undefined : query;
}

const isPlaceholder = (name: string): name is Placeholder => (PLACEHOLDERS as readonly string[]).includes(name);

/** String literals, and whether quotes and brackets are closed. */
function scan(text: string): { readonly literals: readonly Literal[]; readonly wrong?: string } {
  const literals: Literal[] = [];
  const open: string[] = [];
  for (let at = 0; at < text.length; at += 1) {
    const letter = text.charAt(at);
    if (letter === '"' || letter === "'" || letter === '`') {
      const end = endOfLiteral(text, at);
      if (end === undefined) return { literals, wrong: `the quote ${letter} at character ${at + 1} is not closed` };
      literals.push({ quote: letter, start: at, end, isPattern: text.slice(0, at).trimEnd().endsWith('~') });
      at = end;
    } else if (CLOSING[letter] !== undefined) {
      open.push(CLOSING[letter]);
    } else if (')]}'.includes(letter) && open.pop() !== letter) {
      return { literals, wrong: `the ${letter} at character ${at + 1} closes nothing` };
    }
  }
  const missing = open.at(-1);
  return missing === undefined ? { literals } : { literals, wrong: `a ${missing} is missing at its end` };
}

/** Index of the closing quote. */
function endOfLiteral(text: string, start: number): number | undefined {
  const quote = text.charAt(start);
  for (let at = start + 1; at < text.length; at += 1) {
    if (text[at] === '\\' && quote !== '`') at += 1;
    else if (text[at] === quote) return at;
  }
  return undefined;
}
